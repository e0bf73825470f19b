from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        """Have what an import leaves behind erased with its organisation."""
        import integrations.slack.reports  # noqa: F401 - registers itself
