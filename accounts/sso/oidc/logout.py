"""Reads a provider's logout token (OpenID Connect Back-Channel Logout 1.0), as strictly as its ID
tokens: whoever could make one could sign people out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.sso.models import IdentityProvider
from accounts.sso.oidc import tokens
from accounts.sso.refusal import Refused
from accounts.sso.saml.answer import LONGEST_NAME_ID, check_subject

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"jwt", "logout+jwt", "application/logout+jwt"})
"""What the header may call it, where it says anything: some providers name no type."""

LONGEST_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom a provider wants signed out: one session of theirs, or all of a person's."""

    id: str
    subject: str
    session: str
    keep_until: datetime
    """Until then the token would be good again."""


def read_logout(provider: IdentityProvider, token: str) -> Wish:
    """What a good logout token asks for.

    Errors  Refused.
    """
    header, claims = tokens.read(provider, token)
    kind = header.get("typ")
    if kind is not None and (not isinstance(kind, str) or kind.lower() not in TYPES):
        raise Refused("token_type", _("The token is of another type than a logout token (typ)."))
    _check_is_logout(claims)
    if claims["exp"] - claims["iat"] > LONGEST_LIFE.total_seconds():
        raise Refused("token", _("The logout token is meant to be good for more than an hour."))
    subject, session = _name(claims, "sub"), _name(claims, "sid")
    if not subject and not session:
        raise Refused("claims", _("The logout token names neither a person nor a session."))
    ends = datetime.fromtimestamp(claims["exp"], UTC)
    return Wish(
        _id(claims),
        subject,
        session,
        ends + timedelta(seconds=provider.rules.clock_skew_s + 60),
    )


def _check_is_logout(claims: dict[str, Any]) -> None:
    """Else an ID token, which many programs see, would sign its person out."""
    if "nonce" in claims:
        raise Refused("nonce", _("A logout token must not have a nonce: this is an ID token."))
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("not_a_logout", _("The token does not say that it is about signing out."))


def _id(claims: dict[str, Any]) -> str:
    found = claims.get("jti")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_NAME_ID:
        raise Refused("claims", _("The logout token has no identifier of its own (jti)."))
    return found


def _name(claims: dict[str, Any], claim: str) -> str:
    """A name as it is, character by character; empty where the token has none."""
    if claim not in claims:
        return ""
    found = claims[claim]
    if not isinstance(found, str):
        raise Refused("subject", _("Names in the logout token must be text (sub, sid)."))
    check_subject(found)
    return found
