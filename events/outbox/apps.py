from django.apps import AppConfig
from prometheus_client import REGISTRY


class OutboxConfig(AppConfig):
    name = "events.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """What is queued for a tenant goes with the tenant."""
        from events.outbox.items import forget_tenant
        from events.outbox.metrics import OutboxCollector
        from tenants.hooks import erases

        erases(forget_tenant)
        REGISTRY.register(OutboxCollector())
