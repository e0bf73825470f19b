from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "events.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """What is queued for a tenant goes with the tenant."""
        from events.outbox.items import forget_tenant
        from tenants.hooks import erases

        erases(forget_tenant)
