from django.apps import AppConfig

from core.logs import name_tenant_with
from tenants.context import tenant_or_none


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Fill the ports of the floor below."""
        from core.metrics import READ_WHEN_ASKED
        from tenants.metrics import TenantCollector

        name_tenant_with(tenant_or_none)
        READ_WHEN_ASKED.register(TenantCollector())
