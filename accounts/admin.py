"""Puts people, tokens and sessions into the consoles, and takes out what others put there."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

import accounts.branding.admin
import accounts.domains.admin
import accounts.groups.admin
import accounts.invitations.admin
import accounts.mfa.admin
import accounts.networks.admin
import accounts.oauth.admin
import accounts.roles.admin
import accounts.scim.admin
import accounts.sessions.admin
import accounts.setup.admin
import accounts.signin.admin
import accounts.sso.admin
import accounts.tokens.admin  # noqa: F401 - registers itself
from accounts import changes
from accounts.grants.admin import register_pages
from accounts.people.admin import PeopleAdmin
from accounts.people.models import User
from accounts.sessions.models import Session
from accounts.sso.models import Arrival, IdentityProvider
from accounts.tokens.models import ApiToken
from core.console import Console
from core.console_rights import opened_by
from core.permissions import Permission
from tenants.operators import operator_site

operator_site.register(User, PeopleAdmin)
register_pages()

# Roles say who may do what; Django's groups and allauth's second list of addresses do not.
Console.leaves_out |= {Group, EmailAddress, EmailConfirmation, Authenticator}

admin.site.pages.append(changes.PAGE)  # type: ignore[attr-defined]

opened_by(Permission.PEOPLE_MANAGE, User)
opened_by(Permission.TOKENS_MANAGE, ApiToken)
opened_by(Permission.SESSIONS_MANAGE, Session)
opened_by(Permission.IDENTITY_MANAGE, IdentityProvider, Arrival)
