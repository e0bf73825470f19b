from django.apps import AppConfig

from core.logs import name_tenant_with
from tenants.context import tenant_or_none


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        name_tenant_with(tenant_or_none)
