"""What a provider is known by: as it was given by hand, or as the provider's metadata says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sso import fetch
from accounts.sso.fields import checked_values
from accounts.sso.keys import ends_at
from accounts.sso.models import IdentityProvider, Kind
from accounts.sso.oidc.discovery import discovery_url, read_discovery
from accounts.sso.refusal import Refused
from accounts.sso.saml.metadata import read_metadata
from accounts.sso.saml.signatures import clean_certificate
from accounts.sso.schemas import OidcTrust, SamlTrust
from core.errors import Invalid

DESCRIBED = frozenset({"authorization_endpoint", "token_endpoint", "jwks_uri"}) | {
    "userinfo_endpoint",
    "end_session_endpoint",
    "names_itself",
}
"""Particulars of an OpenID Connect provider that its own document describes."""


def metadata_address(
    kind: str, url: str, metadata: str, issuer: str, particulars: Mapping[str, Any]
) -> str:
    """Where a provider describes itself; one of OpenID Connect does so at its own name."""
    is_given = bool(url.strip() or metadata.strip() or DESCRIBED & set(particulars))
    return issuer.strip() if kind == Kind.OIDC and not is_given else url.strip()


def is_by_hand(kind: str, particulars: Mapping[str, Any]) -> bool:
    """Whether reading metadata again would undo what was given."""
    given = {name for name, value in particulars.items() if value}
    return bool(given & DESCRIBED if kind == Kind.OIDC else given)


def trust_of(
    provider: IdentityProvider, *, metadata: str, issuer: str, particulars: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Who the provider is and what it is known by, from whatever was given of it."""
    if len(metadata) > fetch.MOST_BYTES or len(provider.metadata_url) > 2000:
        raise Invalid.field(
            "metadata", _("Metadata may have at most 1 MB, its address at most 2,000 characters.")
        )
    with as_invalid("metadata_url" if provider.metadata_url else "metadata"):
        if provider.kind == Kind.SAML:
            return _saml_trust(provider, metadata, issuer.strip(), particulars)
        return _oidc_trust(provider, metadata, issuer.strip(), particulars)


@contextmanager
def as_invalid(field: str) -> Iterator[None]:
    """What is wrong with what a provider says of itself, said at the field it was given in."""
    try:
        yield
    except Refused as refused:
        facts = "; ".join(f"{name}: {value}" for name, value in refused.facts.items() if value)
        words = f"{refused.words} ({facts})" if facts else refused.words
        raise Invalid.field(field, words, code=refused.code) from refused


def _saml_trust(
    provider: IdentityProvider, metadata: str, issuer: str, particulars: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    known = dict(provider.trust)
    if provider.metadata_url:
        answer = fetch.get(provider.metadata_url, accept="application/samlmetadata+xml, */*")
        if answer.status != 200:
            raise Refused("not_there", _("There is no metadata at this address."))
        metadata_raw = answer.body
    else:
        metadata_raw = metadata.encode("utf-8", "surrogatepass")
    if metadata_raw:
        issuer, found = read_metadata(metadata_raw, entity_id=issuer)
        known = found.model_dump()
    known |= particulars
    if not issuer:
        raise Invalid.field("issuer", _("Give the provider's metadata, or its entity ID."))
    if not known.get("certificates"):
        raise Invalid.field("certificates", _("Give the certificate the provider signs with."))
    known["certificates"] = [clean_certificate(str(each)) for each in known["certificates"]]
    if all(ends_at(each) <= timezone.now() for each in known["certificates"]):
        words = _("The certificates have expired: give the one the provider signs with now.")
        raise Invalid.field("certificates", words, code="certificate_expired")
    trust = checked_values(SamlTrust, known, "trust")
    for name in ("sso_url", "slo_url", "slo_response_url"):
        if trust[name] or name == "sso_url":
            fetch.check_url(trust[name])
    return _clean_issuer(issuer), trust


def _oidc_trust(
    provider: IdentityProvider, metadata: str, issuer: str, particulars: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    known = dict(provider.trust) | dict(particulars)
    client_id = str(known.get("client_id") or "")
    if not client_id:
        raise Invalid.field("client_id", _("Give the client ID that the provider has for us."))
    url = provider.metadata_url
    if url:
        answer = fetch.get(discovery_url(url), accept="application/json")
        if answer.status != 200:
            raise Refused("not_there", _("The provider does not describe itself at this address."))
        described = answer.json()
    elif metadata.strip():
        described = fetch.Fetched(200, metadata.encode("utf-8", "surrogatepass"), "").json()
    else:
        trust = checked_values(OidcTrust, known, "trust")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            fetch.check_url(trust[name])
        return _clean_issuer(issuer), trust
    found_issuer, trust_found = read_discovery(
        described,
        client_id=client_id,
        scopes=str(known.get("scopes") or ""),
        client_auth=str(known.get("client_auth") or ""),
    )
    if url and discovery_url(found_issuer) != discovery_url(url):
        # Else whoever serves a page somewhere could speak for any issuer.
        raise Refused(
            "issuer",
            _("The document at this address names another provider (issuer)."),
            arrived=found_issuer,
        )
    own = {key: value for key, value in particulars.items() if key != "client_id"}
    return _clean_issuer(found_issuer), checked_values(
        OidcTrust, trust_found.model_dump() | own, "trust"
    )


def _clean_issuer(issuer: str) -> str:
    if not 0 < len(issuer) <= 1000 or not issuer.isprintable() or issuer != issuer.strip():
        raise Invalid.field("issuer", _("The provider's name (entity ID or issuer) is missing."))
    return issuer
