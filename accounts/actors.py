"""Builds the Actor of a request or socket from its session or bearer token."""

from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.mfa.access import check_factor
from accounts.mfa.models import SecondFactorPolicy
from accounts.people.models import User
from accounts.policies.selectors import current
from accounts.sso_proof import is_signed_in_by_sso
from accounts.tokens.models import ApiToken
from accounts.tokens.reach import is_from
from accounts.tokens.services import PREFIX, TOKEN_SCOPES, digest_of
from core.actor import Actor, Role
from core.errors import Forbidden, NotSignedIn
from core.http import client_address
from core.permissions import known_permissions
from tenants.context import current_tenant
from tenants.statements import hot_rows

LAST_USE_EVERY_S = 300

# By hand, since it runs with every request of a program: building it took longer than asking.
_BEARER = """
SELECT t.id, t.user_id, u.role, u.granted, t.scopes, t.expires_at, t.last_used_at,
       t.networks, t.conversation_ids, u.ends_at
  FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id
 WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active
   AND (u.ends_at IS NULL OR u.ends_at > statement_timestamp())
"""


def actor_of_request(request: HttpRequest) -> Actor:
    """The actor of an HTTP request: its bearer token when one is sent, else its session.

    Errors  NotSignedIn, the same for no credential, an unknown one and an expired one; Forbidden
            (`mfa_required`) for people who lack the second factor required of them.
    """
    header = request.headers.get("Authorization", "")
    if header:
        return actor_of_bearer(header, address=client_address(request))
    user = request.user
    if not user.is_authenticated or user.has_ended:
        raise NotSignedIn
    if not is_signed_in_by_sso(request.session):
        check_factor(user)
    return actor_for(user)


def actor_for(user: User) -> Actor:
    """The actor that a signed-in person is."""
    return Actor(
        tenant=current_tenant(),
        user_id=user.id,
        role=Role(user.role),
        granted=known_permissions(user.granted or ()),
    )


class Bearer(NamedTuple):
    """Who brings a token, and when that ends by itself: the token, or its person's stay."""

    actor: Actor
    ends_at: datetime | None


def actor_of_bearer(header: str, *, address: str = "") -> Actor:
    """The actor of an `Authorization: Bearer chy_…` header; see `bearer_of`."""
    return bearer_of(header, address=address).actor


def bearer_of(header: str, *, address: str = "") -> Bearer:
    """Who brings an `Authorization: Bearer chy_…` header.

    Errors  NotSignedIn; Forbidden: `address` for a good token used from elsewhere, `mfa_required`
            for people who lack the second factor required of them.
    """
    kind, _space, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token.startswith(PREFIX) or len(token) > 200:
        raise NotSignedIn
    now = timezone.now()
    rows = hot_rows(_BEARER, [digest_of(token)])
    if not rows:
        raise NotSignedIn
    (row,) = rows
    id_, user_id, role, granted, scopes, expires_at, last_used_at, networks, channels, ends = row
    if expires_at is not None and expires_at <= now:
        raise NotSignedIn
    if not is_from(address, networks):
        words = _("This token may not be used from this address.")
        raise Forbidden("address", words, code="address")
    if current(SecondFactorPolicy).roles:
        check_factor(User.objects.get(id=user_id))
    # Kept coarse: a write per request would cost more than the request.
    if last_used_at is None or (now - last_used_at).total_seconds() > LAST_USE_EVERY_S:
        ApiToken.objects.filter(id=id_).update(last_used_at=now)
    actor = Actor(
        tenant=current_tenant(),
        user_id=user_id,
        role=Role(role),
        # None would be a person: a token with every scope is still one that makes no tokens.
        scopes=TOKEN_SCOPES if scopes is None else frozenset(scopes),
        granted=known_permissions(granted) if granted else frozenset(),
        conversation_ids=None if channels is None else frozenset(channels),
    )
    return Bearer(actor, min(filter(None, (expires_at, ends)), default=None))
