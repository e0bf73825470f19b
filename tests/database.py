"""Databases for tests: one template per state of the migrations, copied for each process.

The template holds the organisations acme and globex with their cast, and the operators. A copy
takes a fraction of a second; what a killed run left behind is dropped by the next one. What a test
committed is undone row by row, or, where it changed tables, by a fresh copy.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from tests import cast

_LOCK = 7_303_014_902
_VACUUM_ENDS_S = 30.0


class Databases:
    """Copies of the template for this process."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._settings = connections.settings["default"]

    def open_copy(self) -> str:
        """Make a copy of the template and point Django at it."""
        name = f"test_{os.getpid()}_{secrets.token_hex(3)}"
        with self._server() as server:
            template = self._template(server)
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        self._point_at(name)
        return name

    def restore(self, name: str, snapshot: "Contents") -> str:
        """Undo what a test committed: row by row where it can be, else by a fresh copy."""
        connections.close_all()
        with psycopg.connect(url_of(self._server_url, name)) as database:
            try:
                if snapshot.restore(database):
                    return name
            except psycopg.Error:
                # Somebody still holds locks, or a trigger forbids.
                database.rollback()
        self.drop(name)
        return self.open_copy()

    def contents(self, name: str) -> "Contents":
        """What a copy holds now, to be restored later."""
        with psycopg.connect(url_of(self._server_url, name)) as database:
            return Contents(database)

    def drop(self, name: str) -> None:
        """Drop a copy, whoever is still connected to it."""
        connections.close_all()
        gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        ends = time.monotonic() + _VACUUM_ENDS_S
        with psycopg.connect(self._server_url, autocommit=True) as server:
            while True:
                try:
                    server.execute(gone)
                except InsufficientPrivilege:
                    # A vacuum of the server's own is at work there, and not ours to end.
                    if time.monotonic() > ends:
                        raise
                    time.sleep(0.05)
                else:
                    return

    @contextmanager
    def _server(self) -> Iterator[psycopg.Connection]:
        """A connection that is alone in making and dropping templates."""
        with psycopg.connect(self._server_url, autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            yield server

    def _template(self, server: psycopg.Connection) -> str:
        name = f"template_{_state()}"
        known = _databases(server)
        if name not in known:
            _clear(server, known)
            self._build(server, name)
        return name

    def _build(self, server: psycopg.Connection, name: str) -> None:
        """Built under another name: a build that was killed is not taken for a template."""
        raw = f"building_{secrets.token_hex(4)}"
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(raw)))
        self._point_at(raw)
        call_command("migrate", verbosity=0, jobs=1, json=True, stdout=_Silence())
        cast.settle()
        connections.close_all()
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(raw), sql.Identifier(name)
            )
        )

    def _point_at(self, name: str) -> None:
        connections.close_all()
        self._settings["NAME"] = name
        for connection in connections.all(initialized_only=True):
            connection.settings_dict["NAME"] = name


class Contents:
    """The tables of a database, and the rows of those that have any: a few hundred in all."""

    def __init__(self, database: psycopg.Connection) -> None:
        self._shape = _shape(database)
        self._tables = _tables(database)
        self._digests_query = sql.SQL(" UNION ALL ").join(_digest(table) for table in self._tables)
        self._digests = self._digests_now(database)
        self._rows = {
            table: _copy_out(database, table)
            for table, (count, _) in self._digests.items()
            if count
        }

    def restore(self, database: psycopg.Connection) -> bool:
        """Put all rows back; False where tables were made, changed or dropped."""
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if _shape(database) != self._shape:
            return False
        now = self._digests_now(database)
        changed = [table for table in self._tables if now[table] != self._digests[table]]
        database.execute("SET LOCAL lock_timeout = '2s'")
        # Rows go and come in any order: Django's foreign keys are looked at when all is done.
        for table in changed:
            database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(*table)))
            if table in self._rows:
                _copy_in(database, table, *self._rows[table])
        return True

    def _digests_now(self, database: psycopg.Connection) -> dict[tuple[str, str], tuple]:
        rows = database.execute(self._digests_query).fetchall()
        return {(schema, name): (count, digest) for schema, name, count, digest in rows}


def url_of(server_url: str, database: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))


def _shape(database: psycopg.Connection) -> tuple:
    """Changes with every table, column, function or trigger that comes or goes."""
    row = database.execute(
        "SELECT (SELECT (count(*), sum(oid::bigint))::text FROM pg_class),"
        " (SELECT (count(*), count(*) FILTER (WHERE attisdropped))::text FROM pg_attribute),"
        " (SELECT (count(*), sum(oid::bigint))::text FROM pg_proc),"
        " (SELECT (count(*), sum(oid::bigint))::text FROM pg_trigger)"
    ).fetchone()
    assert row is not None
    return row


def _tables(database: psycopg.Connection) -> list[tuple[str, str]]:
    rows = database.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND (n.nspname = 'public' OR n.nspname LIKE 't\\_%') ORDER BY 1, 2"
    ).fetchall()
    return [(schema, name) for schema, name in rows]


def _digest(table: tuple[str, str]) -> sql.Composed:
    return sql.SQL(
        "SELECT {}, {}, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} t"
    ).format(sql.Literal(table[0]), sql.Literal(table[1]), sql.Identifier(*table))


def _copy_out(database: psycopg.Connection, table: tuple[str, str]) -> tuple[list[str], bytes]:
    names = database.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'"{table[0]}"."{table[1]}"'],
    ).fetchall()
    columns = [name for (name,) in names]
    with database.cursor() as cursor, cursor.copy(_copy("TO STDOUT", table, columns)) as copy:
        return columns, b"".join(bytes(block) for block in copy)


def _copy_in(
    database: psycopg.Connection, table: tuple[str, str], columns: list[str], rows: bytes
) -> None:
    with database.cursor() as cursor, cursor.copy(_copy("FROM STDIN", table, columns)) as copy:
        copy.write(rows)


def _copy(direction: str, table: tuple[str, str], columns: list[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + direction).format(sql.Identifier(*table), names)


class _Silence:
    def write(self, text: str) -> None:
        """Reports of the build interest nobody."""

    def flush(self) -> None:
        """Nothing was kept."""


def _state() -> str:
    """What the template is made of: all migrations, the cast, and the code that makes them."""
    from tenants import snapshot

    digest = hashlib.sha256(snapshot.key().encode())
    for path in (Path(__file__), Path(cast.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _databases(server: psycopg.Connection) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}


def _clear(server: psycopg.Connection, known: set[str]) -> None:
    """Drop what older states and killed runs left behind."""
    for name in known:
        kind, _, rest = name.partition("_")
        is_left = kind in {"template", "building"} and rest.isalnum()
        if kind == "test" and rest.partition("_")[0].isdigit():
            is_left = not Path(f"/proc/{rest.partition('_')[0]}").exists()
        if is_left:
            with suppress(psycopg.Error):
                server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
