"""How allauth's second factors behave here: secrets sealed, names of the organisation."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from core.sealed import seal, unseal
from tenants.context import current_tenant

PURPOSE = "mfa"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals what is stored for this tenant alone: a copied row opens nowhere else."""

    def encrypt(self, text: str) -> str:
        return seal(text, tenant=current_tenant(), purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, tenant=current_tenant(), purpose=PURPOSE)

    def get_totp_issuer(self) -> str:
        return self._get_site_name()

    def _get_site_name(self) -> str:
        request: Any = context.request
        return "Chancery" if request.host.is_root else request.host.tenant_name
