"""The addresses that a provider is told. Made from our settings, never from a request's Host."""

from dataclasses import dataclass

from django.conf import settings

from accounts.sso.models import IdentityProvider, Kind
from tenants.context import current_tenant
from tenants.hosts import domain_name


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one provider finds us."""

    login: str
    metadata: str = ""
    acs: str = ""
    sls: str = ""
    callback: str = ""
    signed_out: str = ""
    back_channel: str = ""

    @property
    def entity_id(self) -> str:
        """Our name at a SAML provider is where our metadata is."""
        return self.metadata


def site() -> str:
    """The address of the organisation, without a slash at its end."""
    host = domain_name(current_tenant())
    if settings.IS_PRODUCTION:
        return f"https://{host}"
    return f"http://{host}:{settings.CHANCERY_PORT}"


def of(provider: IdentityProvider) -> Addresses:
    """All addresses of a provider."""
    base = f"{site()}/accounts/{provider.kind}/{provider.slug}"
    if provider.kind == Kind.OIDC:
        return Addresses(
            login=f"{base}/login/",
            callback=f"{base}/login/callback/",
            signed_out=f"{base}/logout/done/",
            back_channel=f"{base}/logout/back/",
        )
    return Addresses(
        login=f"{base}/login/",
        metadata=f"{base}/metadata/",
        acs=f"{base}/acs/",
        sls=f"{base}/sls/",
    )
