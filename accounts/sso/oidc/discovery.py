"""What an OpenID Connect provider says of itself, and the keys it signs with."""

from typing import Any

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
KEYS_KEPT_S = 3600
ASK_AGAIN_S = 30
"""An unknown key makes us ask again, but not more often than this: anybody can name a key."""

_MOST_KEYS = 50
_MOST_RSA_BITS = 16_384


def discovery_url(issuer: str) -> str:
    """Where a provider describes itself."""
    return issuer if issuer.endswith(WELL_KNOWN) else issuer.rstrip("/") + WELL_KNOWN


def read_discovery(
    described: dict[str, Any], *, client_id: str, scopes: str = ""
) -> tuple[str, OidcTrust]:
    """The issuer and its endpoints, from its discovery document.

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
    methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return issuer, OidcTrust(
        client_id=client_id,
        client_auth="basic" if "client_secret_basic" in methods else "post",
        names_itself=described.get("authorization_response_iss_parameter_supported") is True,
        scopes=scopes or "openid email profile",
        **endpoints,
    )


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
    uri = provider.oidc.jwks_uri
    name = f"sso:jwks:{provider.id}"
    kept = cache.get(name)
    kept = kept if kept and kept["uri"] == uri else None
    if kept and (not anew or not cache.add(f"{name}:asked", 1, ASK_AGAIN_S)):
        return kept["keys"]
    answer = fetch.get(uri, accept="application/json")
    if answer.status != 200:
        raise Refused("keys", _("The provider does not publish its keys."), url=uri)
    keys = answer.json().get("keys")
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise Refused("keys", _("The provider does not publish its keys."), url=uri)
    keys = [key for key in keys if isinstance(key, dict)]
    cache.set(name, {"uri": uri, "keys": keys}, KEYS_KEPT_S)
    return keys


def _is_strong(key: object) -> bool:
    """As strong as the certificates of SAML providers have to be, and no longer than is usual."""
    return not isinstance(key, RSAPublicKey) or LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS


def _pick(keys: list[dict[str, Any]], key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
    """The one key that fits; without an id there must be only one."""
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
    return fitting[0] if len(fitting) == 1 else None
