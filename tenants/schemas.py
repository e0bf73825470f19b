"""Brings schemas to the newest migrations: the public one, and one tenant's."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection

from tenants.context import in_public, in_tenant, schema_of


def schema_exists(schema: str) -> bool:
    """Say whether the database has a schema of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def create_schema(slug: str) -> None:
    """Make a tenant's empty schema; an existing one is an error."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {connection.ops.quote_name(schema_of(slug))}")


def drop_schema(slug: str) -> None:
    """Drop a tenant's schema and everything in it, if it is there."""
    with in_public(), connection.cursor() as cursor:
        name = connection.ops.quote_name(schema_of(slug))
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def migrate_public(*arguments: str, fake: bool = False) -> None:
    """Migrate the catalogue of tenants and what all of them share, content types included."""
    with in_public():
        call_command(DjangoMigrate(), *arguments, verbosity=0, interactive=False, fake=fake)


def migrate_tenant(slug: str, *arguments: str, fake: bool = False) -> None:
    """Migrate one tenant's schema; `arguments` are an app's label and a migration's name."""
    with in_tenant(slug):
        call_command(DjangoMigrate(), *arguments, verbosity=0, interactive=False, fake=fake)


def stray_tables() -> list[str]:
    """Tables of tenants that lie in the public schema, where nothing may ever answer for them."""
    names = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_config.name not in settings.SHARED_APPS
    }
    with in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND relname = ANY(%s) ORDER BY relname",
            [sorted(names)],
        )
        return [name for (name,) in cursor.fetchall()]
