from django.apps import AppConfig
from prometheus_client import REGISTRY

from core.logs import name_tenant_with
from tenants.context import tenant_or_none


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Fill the ports of the floor below."""
        from tenants.metrics import TenantCollector

        name_tenant_with(tenant_or_none)
        REGISTRY.register(TenantCollector())
