"""Which schemas are behind the migrations on disk: one query for a hundred tenants."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import batched

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants.context import PUBLIC_SCHEMA, in_public, schema_of

_SCHEMAS_PER_QUERY = 100
"""Each table read holds two locks until the statement ends, and the server's locks are finite."""


@cache
def expected() -> frozenset[tuple[str, str]]:
    """Every migration that a schema at the newest level has recorded."""
    return frozenset(MigrationLoader(None).graph.nodes)


def missing(schemas: Iterable[str]) -> dict[str, int]:
    """How many migrations each schema lacks; a schema that has none recorded lacks all."""
    wanted = list(schemas)
    with in_public():
        recorded = _with_records(wanted)
        counts = {}
        for some in batched(sorted(recorded), _SCHEMAS_PER_QUERY):
            counts.update(_counts(some))
    most = len(expected())
    return {schema: most - counts.get(schema, 0) for schema in wanted}


def behind(slugs: Iterable[str]) -> list[str]:
    """The tenants that need migrating, in the order given."""
    by_slug = {slug: schema_of(slug) for slug in slugs}
    lacking = missing(by_slug.values())
    return [slug for slug, schema in by_slug.items() if lacking[schema]]


def public_is_behind() -> bool:
    """Say whether the public schema lacks migrations or content types."""
    if missing([PUBLIC_SCHEMA])[PUBLIC_SCHEMA]:
        return True
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT app_label, model FROM django_content_type")
        made = set(cursor.fetchall())
    models = {(model._meta.app_label, model._meta.model_name) for model in apps.get_models()}
    return not models <= made


def _with_records(schemas: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'django_migrations' AND n.nspname = ANY(%s)",
            [list(schemas)],
        )
        return [name for (name,) in cursor.fetchall()]


def _counts(schemas: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Count the expected migrations that each schema has, by one UNION over all of them."""
    quote = connection.ops.quote_name
    parts = [
        f"SELECT {_literal(schema)} AS schema_name, app, name"
        f" FROM {quote(schema)}.django_migrations"
        for schema in schemas
    ]
    apps_, names = zip(*sorted(expected()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH expected AS MATERIALIZED"
            " (SELECT * FROM unnest(%s::text[], %s::text[]) AS e(app, name)),"
            f" recorded AS ({' UNION '.join(parts)})"
            " SELECT schema_name, count(*) FROM recorded JOIN expected USING (app, name)"
            " GROUP BY schema_name",
            [list(apps_), list(names)],
        )
        yield from cursor.fetchall()


def _literal(schema: str) -> str:
    # Schema names come from `schema_of`, which lets only [a-z0-9_] through.
    return "'" + schema.replace("'", "''") + "'"
