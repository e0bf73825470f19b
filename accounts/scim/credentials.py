"""Who synchronises: a service account with a token that reaches SCIM and nothing else."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.scim.events import DirectoryTokenCreated
from accounts.scim.people import Directory
from accounts.tokens.models import ApiToken
from accounts.tokens.services import PREFIX, clean_lifetime, digest_of, new_token
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotSignedIn
from core.permissions import ROLE_PERMISSIONS, Permission, Role, known_permissions
from core.text import clean_name
from events.journal import publish
from tenants.context import current_tenant
from tenants.selectors import tenant_id

SCOPE = "scim"
NEW_ROLES = (Role.MEMBER, Role.GUEST, Role.SINGLE_GUEST)
_LAST_USE_EVERY_S = 60


@dataclass(frozen=True)
class NewToken:
    """A token that was just made; `secret` is shown this once."""

    row: ApiToken
    secret: str


def create_scim_token(
    actor: Actor,
    *,
    name: str,
    days: int | None = None,
    new_role: str = Role.MEMBER,
    role_map: dict[str, str] | None = None,
) -> NewToken:
    """Make a token for an identity provider, with a service account of its own.

    `role_map` says which role a value of the SCIM attribute `roles` gives; without it what is sent
    gives none. Nobody maps to a role with a right they lack.
    Errors  Forbidden; Invalid, naming the field.
    """
    if not actor.may(Permission.IDENTITY_MANAGE):
        raise Forbidden("token", _("Setting up directory sync requires a role that allows it."))
    label = clean_name(name, longest=100)
    options = {
        "new_role": _new_role(new_role),
        "role_map": _role_map(actor, role_map or {}),
        # It takes over no account and no group that may do more than whoever made it.
        "vouched": {"role": str(actor.role), "granted": sorted(map(str, actor.granted))},
    }
    secret = new_token()
    with transaction.atomic():
        account = User(name=label, role=Role.BOT, is_bot=True)
        account.set_unusable_password()
        account.save(force_insert=True)
        row = ApiToken.objects.create(
            user=account,
            name=label,
            digest=digest_of(secret),
            scopes=[SCOPE],
            expires_at=clean_lifetime(days),
            options=options,
        )
        publish(DirectoryTokenCreated(tenant_id(actor.tenant), row.id, account.id), by=actor)
    return NewToken(row, secret)


def directory_of(request: HttpRequest) -> Directory:
    """Whose request this is.

    Errors  NotSignedIn, the same whatever is wrong with the token.
    """
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > 200:
        raise NotSignedIn
    now = timezone.now()
    row = ApiToken.objects.filter(
        digest=digest_of(token), revoked_at=None, user__is_active=True, scopes=[SCOPE]
    ).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise NotSignedIn
    if row.last_used_at is None or (now - row.last_used_at).total_seconds() > _LAST_USE_EVERY_S:
        ApiToken.objects.filter(id=row.id).update(last_used_at=now)
    # Owners are guarded by what SCIM does, not by the actor: the provider may change their titles.
    actor = Actor(
        tenant=current_tenant(),
        user_id=row.user_id,
        role=Role.OWNER,
        scopes=frozenset({SCOPE}),
        is_system=True,
    )
    options: dict[str, Any] = row.options or {}
    # Tokens of before were made without it.
    vouched = options.get("vouched", {"role": Role.OWNER.value})
    return Directory(
        actor=actor,
        voucher=replace(
            actor,
            role=Role(vouched["role"]),
            granted=known_permissions(vouched.get("granted", ())),
        ),
        token_id=row.id,
        new_role=Role(options.get("new_role", Role.MEMBER)),
        role_map=options.get("role_map", {}),
    )


def _new_role(name: str) -> str:
    if name not in NEW_ROLES:
        known = ", ".join(NEW_ROLES)
        raise Invalid.field("new_role", _("New people are one of %(known)s.") % {"known": known})
    return Role(name).value


def _role_map(actor: Actor, mapping: dict[str, str]) -> dict[str, str]:
    if len(mapping) > 50:
        raise Invalid.field("role_map", _("Map at most 50 values."))
    for value, name in mapping.items():
        if name not in set(Role) or name == Role.OWNER or len(value) > 200:
            raise Invalid.field("role_map", _("Map values to roles other than owner."))
        if not ROLE_PERMISSIONS[Role(name)] <= actor.permissions:
            raise Forbidden("role_map", _("You cannot give a role above your own."))
    return dict(mapping)
