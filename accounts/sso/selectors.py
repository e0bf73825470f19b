"""Read identity providers."""

from accounts.domains.selectors import is_proved
from accounts.sso import addresses
from accounts.sso.models import IdentityProvider, Kind, ProviderKey, State
from accounts.sso.saml.metadata import own_metadata
from accounts.sso.saml.requests import OwnKey
from accounts.sso.services import private_key
from core.errors import NotFound


def provider_named(kind: str, slug: str) -> IdentityProvider:
    """A provider by its short name, whatever its state.

    Errors  NotFound.
    """
    found = IdentityProvider.objects.filter(kind=kind, slug=slug).first()
    if found is None:
        raise NotFound("identity_provider")
    return found


def providers_on() -> list[IdentityProvider]:
    """The providers that people can sign in with, by name."""
    return list(IdentityProvider.objects.filter(state=State.ON).order_by("name", "id"))


def provider_on(slug: str) -> IdentityProvider:
    """A provider that is on, by its short name.

    Errors  NotFound.
    """
    rows = IdentityProvider.objects.filter(slug=slug, state=State.ON)
    found = rows.first() if slug.isprintable() else None
    if found is None:
        raise NotFound("identity_provider")
    return found


def provider_for_domain(domain: str) -> IdentityProvider | None:
    """The provider that a domain's people are sent to."""
    return next(
        (each for each in providers_on() if domain.lower() in each.domains),
        None,
    )


def provider_for_address(email: str) -> IdentityProvider | None:
    """The provider that an e-mail address is sent to: by its domain, where that is proved."""
    domain = email.rpartition("@")[2].lower() if "@" in email else ""
    found = provider_for_domain(domain) if domain else None
    return found if found is not None and is_proved(domain) else None


def signing_key(provider: IdentityProvider) -> OwnKey:
    """The key of ours that signs what we send to a provider."""
    key = provider.keys.get(is_signing=True)
    return OwnKey(private_key(key), key.certificate)


def own_keys(provider: IdentityProvider) -> list[ProviderKey]:
    """Our keys for a provider, the one that signs first."""
    return list(provider.keys.order_by("-is_signing", "created_at"))


def metadata_of(provider: IdentityProvider) -> bytes:
    """Our metadata for a SAML provider, to hand over.

    Errors  NotFound for a provider of another kind.
    """
    if provider.kind != Kind.SAML:
        raise NotFound("metadata")
    where = addresses.of(provider)
    return own_metadata(
        entity_id=where.entity_id,
        acs=where.acs,
        sls=where.sls,
        certificates=[key.certificate for key in own_keys(provider)],
    )
