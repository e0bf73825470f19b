"""The code flow with PKCE: where to send the browser, and what to make of what it brings back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from accounts.sso import fetch
from accounts.sso.models import IdentityProvider
from accounts.sso.oidc import tokens
from accounts.sso.oidc.discovery import HASHES
from accounts.sso.refusal import Refused
from accounts.sso.services import client_secret

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


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a code was worth: the claims about the person, and the token that they came in."""

    claims: dict[str, Any]
    id_token: str


def redeem(provider: IdentityProvider, code: str, own: Secrets, *, callback: str) -> Redeemed:
    """Redeem a code, and return what the provider says of the person.

    Errors  Refused.
    """
    answer = _redeem(provider, code, own, callback)
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str):
        raise Refused("no_token", _("The provider's answer holds no ID token."))
    access_token = access_token if isinstance(access_token, str) else ""
    claims = read_token(provider, id_token, nonce=own.nonce, access_token=access_token)
    if provider.rules.userinfo and provider.oidc.userinfo_endpoint and access_token:
        claims = {**_userinfo(provider, access_token, claims["sub"]), **claims}
    return Redeemed(claims, id_token)


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
    header, claims = tokens.read(provider, token)
    if claims.get("nonce") != nonce:
        raise Refused("nonce", _("The ID token answers another request (nonce)."))
    if not isinstance(claims.get("sub"), str):
        raise Refused("subject", _("The ID token's subject is missing, or is not text."))
    _check_hash(claims, header["alg"], access_token)
    return claims


def _check_hash(claims: dict[str, Any], algorithm: str, access_token: str) -> None:
    said = claims.get("at_hash")
    if said is None or not access_token:
        return
    digest = hashlib.new(HASHES[algorithm], access_token.encode("utf-8", "replace")).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if said != half:
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
