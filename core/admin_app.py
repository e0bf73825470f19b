"""Makes our console the default admin site."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with `core.console.Console` as its site."""

    default_site = "core.console.Console"

    def ready(self) -> None:
        """Let every app register, then take out what has no place here."""
        super().ready()
        from core.console import Console

        for model in Console.leaves_out:
            if admin.site.is_registered(model):
                admin.site.unregister(model)
