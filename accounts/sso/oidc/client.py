"""The code flow with PKCE: where to send the browser, and what to make of what it brings back."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jwt
from django.utils.translation import gettext_lazy as _

from accounts.sso import fetch
from accounts.sso.models import IdentityProvider
from accounts.sso.oidc.discovery import key_for
from accounts.sso.refusal import Refused
from accounts.sso.services import client_secret

HASHES = {
    **dict.fromkeys(("RS256", "PS256", "ES256"), "sha256"),
    **dict.fromkeys(("RS384", "PS384", "ES384"), "sha384"),
    **dict.fromkeys(("RS512", "PS512", "ES512", "EdDSA"), "sha512"),
}
"""The algorithms of tokens that are accepted: none that a client secret could forge."""

LONGEST_TOKEN = 32_000
OLDEST = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=366)
_USERINFO_KEEPS = frozenset({"sub", "iss", "aud", "exp", "iat", "nonce", "azp"})


@dataclass(frozen=True, slots=True)
class Secrets:
    """What ties an answer to the request that this browser made."""

    state: str
    nonce: str
    verifier: str


def new_secrets() -> Secrets:
    """Fresh ones for each request."""
    return Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def request_url(
    provider: IdentityProvider, own: Secrets, *, callback: str, hint: str = "", again: bool = False
) -> str:
    """Where the browser asks the provider to sign somebody in."""
    trust = provider.oidc
    challenge = base64.urlsafe_b64encode(hashlib.sha256(own.verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": trust.client_id,
        "redirect_uri": callback,
        "scope": trust.scopes,
        "state": own.state,
        "nonce": own.nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if hint:
        query["login_hint"] = hint
    if again:
        query["prompt"] = "login"
    url = trust.authorization_endpoint
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def claims_for(
    provider: IdentityProvider, code: str, own: Secrets, *, callback: str
) -> dict[str, Any]:
    """Redeem a code, and return what the provider says of the person.

    Errors  Refused.
    """
    answer = _redeem(provider, code, own, callback)
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str) or len(id_token) > LONGEST_TOKEN:
        raise Refused("no_token", _("The provider's answer holds no ID token."))
    access_token = access_token if isinstance(access_token, str) else ""
    claims = read_token(provider, id_token, nonce=own.nonce, access_token=access_token)
    if provider.rules.userinfo and provider.oidc.userinfo_endpoint and access_token:
        claims = {**_userinfo(provider, access_token, claims["sub"]), **claims}
    return claims


def _redeem(provider: IdentityProvider, code: str, own: Secrets, callback: str) -> dict[str, Any]:
    trust, secret = provider.oidc, client_secret(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": own.verifier,
    }
    basic = ""
    if secret and trust.client_auth == "basic":
        pair = f"{quote(trust.client_id, safe='')}:{quote(secret, safe='')}"
        basic = base64.b64encode(pair.encode()).decode()
    else:
        form["client_id"] = trust.client_id
        if secret:
            form["client_secret"] = secret
    fetched = fetch.post_form(trust.token_endpoint, form, basic=basic)
    answer = fetched.json()
    if fetched.status != 200:
        raise Refused(
            "token_refused",
            _("The provider does not redeem the code. Compare client ID and secret."),
            error=str(answer.get("error", "")),
            description=str(answer.get("error_description", "")),
        )
    return answer


def read_token(
    provider: IdentityProvider, token: str, *, nonce: str, access_token: str = ""
) -> dict[str, Any]:
    """The claims of an ID token that is good: by its provider, for us, for now, for this request.

    Errors  Refused.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as wrong:
        raise Refused("not_a_token", _("The ID token is not one.")) from wrong
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in HASHES or "crit" in header:
        raise Refused(
            "token_algorithm",
            _("The ID token's algorithm is not accepted. Set the provider to RS256."),
            arrived=str(algorithm),
        )
    key = key_for(provider, key_id if isinstance(key_id, str) else None, algorithm)
    claims = _verified(provider, token, key, algorithm)
    _check_times(provider, claims)
    _check_audience(provider, claims)
    if claims.get("nonce") != nonce:
        raise Refused("nonce", _("The ID token answers another request (nonce)."))
    _check_subject(claims)
    _check_hash(claims, algorithm, access_token)
    return claims


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
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as wrong:
        code, words = next(
            (said for kind, said in _WORDS if isinstance(wrong, kind)),
            ("token", _("The ID token is not good.")),
        )
        raise Refused(code, words, why=str(wrong)) from wrong
    except (ValueError, TypeError, OverflowError, RecursionError) as wrong:
        raise Refused("token", _("The ID token is not good.")) from wrong


_WORDS = (
    (jwt.ExpiredSignatureError, ("expired", _("The ID token has expired. Compare the clocks."))),
    (
        jwt.ImmatureSignatureError,
        ("not_yet", _("The ID token is not good yet. Compare the clocks.")),
    ),
    (
        jwt.InvalidIssuerError,
        ("issuer", _("The ID token comes from another provider than the one on file (iss).")),
    ),
    (
        jwt.InvalidAudienceError,
        ("audience", _("The ID token is meant for another client (aud).")),
    ),
    (jwt.MissingRequiredClaimError, ("claims", _("The ID token lacks a claim it must have."))),
    (
        jwt.InvalidSignatureError,
        ("signature", _("The ID token was not signed by the provider's key, or was changed.")),
    ),
)


def _check_times(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    """Fresh, and not for ever: what is kept of it, to know it again, is not kept for ever."""
    issued, ends = claims["iat"], claims["exp"]
    # PyJWT reads numbers in quotes, too.
    if not isinstance(issued, int | float) or not isinstance(ends, int | float):
        raise Refused("token", _("The ID token's times are not numbers (iat, exp)."))
    age_s = time.time() - issued
    if age_s > OLDEST.total_seconds() + provider.rules.clock_skew_s:
        raise Refused("issued_long_ago", _("The ID token was issued more than an hour ago."))
    if ends - issued > LONGEST_LIFE.total_seconds():
        raise Refused("token", _("The ID token is meant to be good for more than a year."))


def _check_audience(provider: IdentityProvider, claims: dict[str, Any]) -> None:
    audience, party = claims["aud"], claims.get("azp")
    several = isinstance(audience, list) and len(audience) > 1
    if (several and party is None) or (party is not None and party != provider.oidc.client_id):
        raise Refused(
            "authorized_party",
            _("The ID token was issued to another client (azp)."),
            arrived=str(party),
        )


def _check_subject(claims: dict[str, Any]) -> None:
    if not isinstance(claims["sub"], str):
        raise Refused("subject", _("The ID token's subject is not text."))


def _check_hash(claims: dict[str, Any], algorithm: str, access_token: str) -> None:
    said = claims.get("at_hash")
    if said is None or not access_token:
        return
    digest = hashlib.new(HASHES[algorithm], access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not isinstance(said, str) or not secrets.compare_digest(said.encode(), half.encode()):
        raise Refused("at_hash", _("The access token is not the ID token's own (at_hash)."))


def _userinfo(provider: IdentityProvider, access_token: str, subject: str) -> dict[str, Any]:
    """More claims; what the ID token says counts before them."""
    answer = fetch.get(
        provider.oidc.userinfo_endpoint, bearer=access_token, accept="application/json"
    )
    if answer.status != 200:
        raise Refused("userinfo", _("The provider does not tell about the person (userinfo)."))
    if answer.content_type == "application/jwt":
        return {}
    found = answer.json()
    if found.get("sub") != subject:
        raise Refused("userinfo", _("The provider tells about another person (userinfo)."))
    return {name: value for name, value in found.items() if name not in _USERINFO_KEEPS}
