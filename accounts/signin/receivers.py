"""Writes down what allauth tells by signals only: sign-ins, changed passwords and addresses."""

from typing import Any

from allauth.account.signals import (
    email_changed,
    password_changed,
    password_reset,
    password_set,
    user_logged_in,
)
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actors import actor_for
from accounts.adapter import method_used
from accounts.people.events import UserUpdated
from accounts.people.models import User
from accounts.sessions.services import revoke_sessions_of
from accounts.signin.events import PasswordChanged, SessionStarted
from core.text import masked
from events.journal import publish
from tenants.context import current_tenant
from tenants.selectors import tenant_id


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """A session began."""
    method = method_used(request, user) or "other"
    publish(SessionStarted(user.id, str(method)), by=actor_for(user))


@receiver((password_changed, password_set))
def note_new_password(request: HttpRequest, user: User, **_: Any) -> None:
    """All other sessions end: the old password may have been somebody else's, too."""
    actor = actor_for(user)
    publish(PasswordChanged(user.id, is_reset=False), by=actor)
    revoke_sessions_of(actor, user_id=user.id, but=request.session.session_key)


@receiver(password_reset)
def note_reset_password(request: HttpRequest, user: User, **_: Any) -> None:
    """Every session ends."""
    actor = actor_for(user)
    publish(PasswordChanged(user.id, is_reset=True), by=actor)
    revoke_sessions_of(actor, user_id=user.id)


@receiver(email_changed)
def note_new_address(request: HttpRequest, user: User, **_: Any) -> None:
    """Others see the new address."""
    told = {"email": masked(True)}
    fact = UserUpdated(tenant_id(current_tenant()), user.id, before=told, after=told)
    publish(fact, by=actor_for(user))
