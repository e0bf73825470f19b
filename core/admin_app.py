"""Makes our console the default admin site."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with `core.console.Console` as its site."""

    default_site = "core.console.Console"
