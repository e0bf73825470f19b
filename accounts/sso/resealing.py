"""Secrets of identity providers after the installation's key was replaced."""

from functools import partial

from accounts.sso.models import IdentityProvider, ProviderKey, SsoSession
from core.sealed import Resealed, reseal_rows, resealed, reseals
from tenants.context import current_tenant


@reseals("identity providers")
def reseal_providers() -> Resealed:
    """Our keys for them, the secrets we share with them, and what ends sessions over there."""
    anew = partial(resealed, tenant=current_tenant())
    return (
        reseal_rows(ProviderKey.objects.all(), "private_key", partial(anew, purpose="sso-key"))
        + reseal_rows(
            IdentityProvider.objects.exclude(secret=""),
            "secret",
            partial(anew, purpose="sso-secret"),
        )
        + reseal_rows(
            SsoSession.objects.exclude(hint=""), "hint", partial(anew, purpose="sso-hint")
        )
    )
