"""What every token of a provider has to be, whatever it is about: signed by it, for us, for now."""

import time
from datetime import timedelta
from typing import Any

import jwt
from django.utils.translation import gettext_lazy as _

from accounts.sso.models import IdentityProvider
from accounts.sso.oidc.discovery import HASHES, key_for
from accounts.sso.refusal import Refused

LONGEST = 32_000
OLDEST = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=366)


def read(provider: IdentityProvider, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token that its provider made for us, and that is good now.

    Errors  Refused.
    """
    header = _header(token)
    key_id = header.get("kid")
    key = key_for(provider, key_id if isinstance(key_id, str) else None, header["alg"])
    claims = _verified(provider, token, key, header["alg"])
    _check_times(provider, claims)
    _check_audience(provider, claims)
    return header, claims


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise Refused("not_a_token", _("The token is longer than any has to be."))
    if token.count(".") == 4:
        raise Refused(
            "encrypted_token",
            _(
                "The token is encrypted, which is not understood here. Let the provider sign it"
                " only, with RS256: on its way it is protected by TLS."
            ),
        )
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as wrong:
        raise Refused("not_a_token", _("The token is not one.")) from wrong
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in HASHES or "crit" in header:
        raise Refused(
            "token_algorithm",
            _("The token's algorithm is not accepted. Set the provider to RS256."),
            arrived=str(algorithm),
        )
    return header


def _verified(
    provider: IdentityProvider, token: str, key: jwt.PyJWK, algorithm: str
) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=provider.issuer,
            audience=provider.oidc.client_id,
            leeway=provider.rules.clock_skew_s,
            options={"require": ["iss", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as wrong:
        code, words = next(
            (said for kind, said in _WORDS if isinstance(wrong, kind)),
            ("token", _("The token is not good.")),
        )
        raise Refused(code, words, why=str(wrong)) from wrong
    except (ValueError, TypeError, OverflowError, RecursionError) as wrong:
        raise Refused("token", _("The token is not good.")) from wrong


_WORDS = (
    (jwt.ExpiredSignatureError, ("expired", _("The token has expired. Compare the clocks."))),
    (
        jwt.ImmatureSignatureError,
        ("not_yet", _("The token is not good yet. Compare the clocks.")),
    ),
    (
        jwt.InvalidIssuerError,
        ("issuer", _("The token comes from another provider than the one on file (iss).")),
    ),
    (
        jwt.InvalidAudienceError,
        ("audience", _("The token is meant for another client (aud).")),
    ),
    (jwt.MissingRequiredClaimError, ("claims", _("The token lacks a claim it must have."))),
    (
        jwt.InvalidSignatureError,
        ("signature", _("The token was not signed by the provider's key, or was changed.")),
    ),
)


def _check_times(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    """Fresh, and not for ever: what is kept of it, to know it again, is not kept for ever."""
    issued, ends = claims["iat"], claims["exp"]
    # PyJWT reads numbers in quotes, too.
    if not isinstance(issued, int | float) or not isinstance(ends, int | float):
        raise Refused("token", _("The token's times are not numbers (iat, exp)."))
    age_s = time.time() - issued
    if age_s > OLDEST.total_seconds() + provider.rules.clock_skew_s:
        raise Refused("issued_long_ago", _("The token was issued more than an hour ago."))
    if ends - issued > LONGEST_LIFE.total_seconds():
        raise Refused("token", _("The token is meant to be good for more than a year."))


def _check_audience(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    audience, party = claims["aud"], claims.get("azp")
    several = isinstance(audience, list) and len(audience) > 1
    if (several and party is None) or (party is not None and party != provider.oidc.client_id):
        raise Refused(
            "authorized_party",
            _("The token was issued to another client (azp)."),
            arrived=str(party),
        )
