"""Writes a schema down as SQL, from PostgreSQL's own catalogue.

No pg_dump is needed, of whatever version. Names are written without their schema, so that the text
makes the same objects in whichever schema it is replayed. What this module cannot write down it
refuses, so that nothing is ever left out of a new tenant in silence.
"""

import re
from collections.abc import Iterable

from django.db import connection

from tenants.context import in_tenant, schema_of

PERMISSIONS = "auth_permission"
MIGRATIONS = "django_migrations"

_COLUMNS = """
SELECT c.relname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN quote_ident(l.collname) END,
       a.attidentity::text, pg_get_serial_sequence(quote_ident(c.relname), a.attname),
       a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid, true), a.attnotnull,
       (SELECT quote_ident(n.conname) FROM pg_constraint n
        WHERE n.conrelid = c.oid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum])
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
ORDER BY c.relname, a.attnum
"""

_CONSTRAINTS = """
SELECT c.relname, quote_ident(k.conname), pg_get_constraintdef(k.oid, true), k.contype = 'f'
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = %s::regnamespace AND k.contype IN ('p', 'u', 'c', 'x', 'f')
ORDER BY c.relname, k.conname
"""

_INDEXES = """
SELECT pg_get_indexdef(i.indexrelid, 0, true)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = %s::regnamespace
AND NOT EXISTS (
    SELECT 1 FROM pg_constraint k
    WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY c.relname
"""

_CAST_ARRAY = re.compile(r"(\w+)::text = ANY \(ARRAY\[([^\]]*)\]::text\[\]\)")

_OPTIONS = """
SELECT quote_ident(relname), array_to_string(reloptions, ', ') FROM pg_class
WHERE relnamespace = %s::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL ORDER BY relname
"""

_FUNCTIONS = """
SELECT pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = %s::regnamespace AND prokind IN ('f', 'p') ORDER BY proname, oid
"""

_TRIGGERS = """
SELECT pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal ORDER BY t.tgname, c.relname
"""

_UNKNOWN = """
SELECT 'relation ' || relname FROM pg_class
WHERE relnamespace = %(schema)s::regnamespace AND relkind NOT IN ('r', 'i', 'S')
UNION ALL
SELECT 'sequence ' || relname FROM pg_class c
WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'S'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
UNION ALL
SELECT 'type ' || typname FROM pg_type
WHERE typnamespace = %(schema)s::regnamespace AND typrelid = 0 AND typelem = 0
UNION ALL
SELECT 'policy ' || polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = %(schema)s::regnamespace
UNION ALL
SELECT 'statistics ' || stxname FROM pg_statistic_ext WHERE stxnamespace = %(schema)s::regnamespace
"""


class CannotWriteDown(RuntimeError):
    """The schema holds objects that the snapshot has no words for."""


def dump(slug: str) -> str:
    """Write down a tenant's schema and the rows that migrations made in it."""
    schema = schema_of(slug)
    with in_tenant(slug):
        _refuse_unknown(schema)
        constraints = _rows(_CONSTRAINTS, schema)
        statements = [
            # Functions may name tables that come after them.
            "SET LOCAL check_function_bodies = off",
            # PostgreSQL writes their schema before their names, and there only.
            *(body.replace(f" {schema}.", " ", 1) for (body,) in _rows(_FUNCTIONS, schema)),
            *_tables(schema, [row for row in constraints if not row[3]]),
            *(f"ALTER TABLE {table} SET ({options})" for table, options in _rows(_OPTIONS, schema)),
            *(_as_written(definition) for (definition,) in _rows(_INDEXES, schema)),
            *(
                f"ALTER TABLE {_quote(table)} ADD CONSTRAINT {name} {definition}"
                for table, name, definition, is_foreign in constraints
                if is_foreign
            ),
            *_data(schema),
            *(definition for (definition,) in _rows(_TRIGGERS, schema)),
        ]
    return "".join(f"{statement};\n" for statement in statements)


def _as_written(definition: str) -> str:
    """A partial index with the `IN` that it was made with.

    PostgreSQL shows it as a cast array, and reads what it shows as something that it shows again
    otherwise: an index replayed would differ from one migrated in its text.
    """

    def within(found: re.Match[str]) -> str:
        return f"{found[1]} IN ({found[2].replace('::character varying', '')})"

    return _CAST_ARRAY.sub(within, definition)


def _refuse_unknown(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"schema": schema})
        unknown = [name for (name,) in cursor.fetchall()]
    if unknown:
        raise CannotWriteDown(
            f"The snapshot cannot hold {', '.join(sorted(unknown))}: teach tenants/snapshot to."
        )


def _tables(schema: str, constraints: Iterable[tuple]) -> list[str]:
    lines: dict[str, list[str]] = {}
    for table, *column in _rows(_COLUMNS, schema):
        lines.setdefault(table, []).append(_column(*column))
    for table, name, definition, _ in constraints:
        lines[table].append(f"CONSTRAINT {name} {definition}")
    return [
        f"CREATE TABLE {_quote(table)} (\n  " + ",\n  ".join(parts) + "\n)"
        for table, parts in lines.items()
    ]


def _column(name, kind, collation, identity, sequence, generated, expression, not_null, rule):
    parts = [name, kind]
    if collation:
        parts.append(f"COLLATE {collation}")
    if generated:
        word = "STORED" if generated == "s" else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({expression}) {word}")
    elif identity:
        word = "ALWAYS" if identity == "a" else "BY DEFAULT"
        parts.append(f"GENERATED {word} AS IDENTITY (SEQUENCE NAME {sequence.split('.')[-1]})")
    elif expression:
        parts.append(f"DEFAULT {expression}")
    if not_null:
        parts.append(f"CONSTRAINT {rule} NOT NULL" if rule else "NOT NULL")
    return " ".join(parts)


def _data(schema: str) -> list[str]:
    """The rows that migrations made; sequences go on after them."""
    statements = []
    for (table,) in _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
        " ORDER BY relname",
        schema,
    ):
        if table == MIGRATIONS:
            statements.append(_migrations())
        elif table == PERMISSIONS:
            statements.append(_permissions())
        else:
            statements += _plain_rows(schema, table)
    return statements


def _migrations() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        rows = [f"({_text(app)}, {_text(name)}, now())" for app, name in cursor.fetchall()]
    return "INSERT INTO django_migrations (app, name, applied) VALUES\n" + ",\n".join(rows)


def _permissions() -> str:
    """Permissions name their content type by label: its id differs from database to database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.name, p.codename, t.app_label, t.model FROM auth_permission p"
            " JOIN public.django_content_type t ON t.id = p.content_type_id ORDER BY p.id"
        )
        rows = [
            f"({number}, {', '.join(map(_text, row))})"
            for number, row in enumerate(cursor.fetchall(), start=1)
        ]
    values = ",\n".join(rows)
    # An outer join: a content type that is missing breaks the insertion instead of shortening it.
    return (
        "INSERT INTO auth_permission (name, codename, content_type_id)\n"
        f"SELECT p.name, p.codename, t.id FROM (VALUES\n{values}\n"
        ") AS p (number, name, codename, app_label, model)\n"
        "LEFT JOIN public.django_content_type t USING (app_label, model) ORDER BY p.number"
    )


def _plain_rows(schema: str, table: str) -> list[str]:
    columns = [
        (name, kind, sequence)
        for of, name, kind, _, _, sequence, generated, *_ in _rows(_COLUMNS, schema)
        if of == table and not generated
    ]
    names = ", ".join(name for name, _, _ in columns)
    literals = " || ', ' || ".join(f"quote_nullable({name}::text)" for name, _, _ in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '(' || {literals} || ')' FROM {_quote(table)} ORDER BY 1")
        rows = [row for (row,) in cursor.fetchall()]
    if not rows:
        return []
    statements = [
        f"INSERT INTO {_quote(table)} ({names}) OVERRIDING SYSTEM VALUE VALUES\n" + ",\n".join(rows)
    ]
    for name, _, sequence in columns:
        if sequence:
            statements.append(
                f"SELECT setval({_text(sequence.split('.')[-1])},"
                f" (SELECT max({name}) FROM {_quote(table)}))"
            )
    return statements


def _rows(query: str, schema: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, [schema])
        return cursor.fetchall()


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
