"""What an OpenID Connect provider says of itself, and the keys it signs with."""

import time
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts.sso import fetch
from accounts.sso.models import IdentityProvider
from accounts.sso.refusal import Refused
from accounts.sso.saml.signatures import LEAST_RSA_BITS
from accounts.sso.schemas import OidcTrust

WELL_KNOWN = "/.well-known/openid-configuration"
HASHES = {
    **dict.fromkeys(("RS256", "PS256", "ES256"), "sha256"),
    **dict.fromkeys(("RS384", "PS384", "ES384"), "sha384"),
    **dict.fromkeys(("RS512", "PS512", "ES512", "EdDSA"), "sha512"),
}
"""The algorithms of tokens that are accepted: none that a client secret could forge."""

KEYS_FRESH_S = 3600
KEYS_KEPT_S = 86_400
"""While a provider does not publish its keys, those read last are good for a day, not longer."""

ASK_AGAIN_S = 30
"""An unknown key makes us ask again, but not more often than this: anybody can name a key."""

_MOST_KEYS = 50
_MOST_RSA_BITS = 16_384


def discovery_url(issuer: str) -> str:
    """Where a provider describes itself."""
    return issuer if issuer.endswith(WELL_KNOWN) else issuer.rstrip("/") + WELL_KNOWN


def read_discovery(
    described: dict[str, Any], *, client_id: str, scopes: str = "", client_auth: str = ""
) -> tuple[str, OidcTrust]:
    """The issuer and its endpoints, from its discovery document.

    The way in which we have proved who we are until now stays while the document offers it.

    Errors  Refused.
    """
    issuer = described.get("issuer")
    if not isinstance(issuer, str) or not 0 < len(issuer) <= 1000:
        raise Refused("no_provider", _("The document does not name its provider (issuer)."))
    endpoints = {
        name: _endpoint(described, name, needed=needed)
        for name, needed in (
            ("authorization_endpoint", True),
            ("token_endpoint", True),
            ("jwks_uri", True),
            ("userinfo_endpoint", False),
            ("end_session_endpoint", False),
        )
    }
    return issuer, OidcTrust(
        client_id=client_id,
        client_auth=_client_auth(described, client_auth),
        names_itself=described.get("authorization_response_iss_parameter_supported") is True,
        scopes=scopes or "openid email profile",
        **endpoints,
    )


def _client_auth(described: dict[str, Any], known: str) -> Literal["basic", "post", "none"]:
    offered = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if known == "none":
        return "none"
    if known == "post" and "client_secret_post" in offered:
        return "post"
    return "basic" if "client_secret_basic" in offered else "post"


def _endpoint(described: dict[str, Any], name: str, *, needed: bool) -> str:
    value = described.get(name, "")
    if not value and not needed:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= 2000:
        raise Refused("no_endpoint", _("The document lacks an endpoint."), missing=name)
    return fetch.check_url(value)


def key_for(provider: IdentityProvider, key_id: str | None, algorithm: str) -> jwt.PyJWK:
    """The key of a provider that signs with this id and algorithm; asks anew for an unknown one.

    Errors  Refused.
    """
    found = _pick(_keys(provider, anew=False), key_id, algorithm)
    if found is None:
        found = _pick(_keys(provider, anew=True), key_id, algorithm)
    if found is None:
        raise Refused(
            "unknown_key",
            _("The token is signed with a key that the provider does not publish."),
            arrived=key_id or "",
        )
    return found


def _keys(provider: IdentityProvider, *, anew: bool) -> list[dict[str, Any]]:
    uri, name = provider.oidc.jwks_uri, _kept_as(provider)
    kept = cache.get(name)
    kept = kept if kept and kept["uri"] == uri else None
    is_fresh = kept is not None and time.time() < kept["read_at"] + KEYS_FRESH_S
    if kept and is_fresh and not anew:
        return kept["keys"]
    if kept and not cache.add(f"{name}:asked", 1, ASK_AGAIN_S):
        return kept["keys"]
    try:
        return keep_keys(provider, published_keys(uri))
    except Refused:
        # Who asks for a key that is not there is told why it cannot be read.
        if kept is None or anew:
            raise
        return kept["keys"]


def published_keys(uri: str) -> list[dict[str, Any]]:
    """The keys that stand at an address.

    Errors  Refused.
    """
    answer = fetch.get(uri, accept="application/json")
    keys = answer.json().get("keys") if answer.status == 200 else None
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise Refused("keys", _("The provider does not publish its keys."), url=uri)
    return [key for key in keys if isinstance(key, dict)]


def keep_keys(provider: IdentityProvider, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take these for the keys of a provider until they are read again."""
    kept = {"uri": provider.oidc.jwks_uri, "keys": keys, "read_at": time.time()}
    cache.set(_kept_as(provider), kept, KEYS_KEPT_S)
    return keys


def _kept_as(provider: IdentityProvider) -> str:
    return f"sso:keys:{provider.id}"


def check_usable(trust: OidcTrust) -> list[dict[str, Any]]:
    """The keys of a provider whose description has just been read, where it can be worked with:
    it publishes a key that can sign, and what we ask ourselves lies outside our own network.

    Errors  Refused.
    """
    for url in filter(None, (trust.token_endpoint, trust.userinfo_endpoint)):
        fetch.check_public(url)
    keys = published_keys(trust.jwks_uri)
    if not any(_fitting([key], None, algorithm) for key in keys for algorithm in HASHES):
        raise Refused(
            "keys",
            _("The provider publishes no key that signs tokens as they are accepted here."),
            url=trust.jwks_uri,
        )
    return keys


def _is_strong(key: object) -> bool:
    """As strong as the certificates of SAML providers have to be, and no longer than is usual."""
    return not isinstance(key, RSAPublicKey) or LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS


def _pick(keys: list[dict[str, Any]], key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
    """The one key that fits; without an id there must be only one."""
    fitting = _fitting(keys, key_id, algorithm)
    return fitting[0] if len(fitting) == 1 else None


def _fitting(keys: list[dict[str, Any]], key_id: str | None, algorithm: str) -> list[jwt.PyJWK]:
    fitting = []
    for key in keys:
        if key.get("use", "sig") != "sig" or key.get("kty") == "oct":
            continue
        if key_id is not None and key.get("kid") != key_id:
            continue
        if key.get("alg", algorithm) != algorithm:
            continue
        try:
            found = jwt.PyJWK(key, algorithm)
        except Exception:  # noqa: S112 - it is the provider's to say, in whatever shape
            continue
        if _is_strong(found.key):
            fitting.append(found)
    return fitting
