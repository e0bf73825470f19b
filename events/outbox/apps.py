from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "events.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """What is queued for a tenant goes with the tenant."""
        from core.metrics import READ_WHEN_ASKED
        from events.outbox.items import forget_tenant
        from events.outbox.metrics import OutboxCollector
        from tenants.hooks import erases

        erases(forget_tenant)
        READ_WHEN_ASKED.register(OutboxCollector())
