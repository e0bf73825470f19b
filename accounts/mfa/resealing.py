"""Second factors after the installation's key was replaced."""

from typing import Any

from allauth.mfa.models import Authenticator

from accounts.mfa.adapter import PURPOSE
from core.sealed import Resealed, reseal_rows, resealed, reseals
from tenants.context import current_tenant

_SEALED = ("secret", "seed", "migrated_codes")
"""Where allauth keeps what it has had sealed; keys of passkeys are public."""


@reseals("second factors")
def reseal_second_factors() -> Resealed:
    """Codes of apps, and recovery codes."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    return reseal_rows(Authenticator.objects.filter(type__in=kinds), "data", _renewed)


def _renewed(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _anew(value) if name in _SEALED else value for name, value in data.items()}


def _anew(value: str | list[str]) -> str | list[str]:
    if isinstance(value, str):
        return resealed(value, tenant=current_tenant(), purpose=PURPOSE)
    return [resealed(one, tenant=current_tenant(), purpose=PURPOSE) for one in value]
