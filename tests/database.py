"""Databases for tests: one template per state of the migrations, copied for each process.

The template holds the organisations acme and globex with their cast, and the operators. A copy
takes a fraction of a second; what a killed run left behind is dropped by the next one.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests import cast

_LOCK = 7_303_014_902


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

    def replace(self, name: str) -> str:
        """Drop a copy that was written to, and open a fresh one."""
        self.drop(name)
        return self.open_copy()

    def drop(self, name: str) -> None:
        """Drop a copy, whoever is still connected to it."""
        connections.close_all()
        with psycopg.connect(self._server_url, autocommit=True) as server:
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

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
