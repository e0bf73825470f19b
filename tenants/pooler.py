"""Refuses a connection pooler that hands the schema of one tenant to another.

In transaction mode a pooler may give each statement another server connection. Unless it keeps
`search_path` per client (PgBouncer since 1.25 with `track_extra_parameters`, on PostgreSQL 18), a
statement then runs in the schema that the last user of that connection had set.
"""

from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

ROUNDS = 20
_MARKS = ("chancery_pooler_test_a", "chancery_pooler_test_b")


class Connection(Protocol):
    """What the test needs of a connection in autocommit mode."""

    def execute(self, query: Any, /) -> psycopg.Cursor[Any]:
        """Run one statement."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


def keeps_search_path(connect: Callable[[], Connection]) -> bool:
    """Say whether two clients that take turns each find the search path that they set."""
    clients = [connect() for _ in _MARKS]
    try:
        for _ in range(ROUNDS):
            for client, mark in zip(clients, _MARKS, strict=True):
                client.execute(f"SET search_path = {mark}")
            for client, mark in zip(clients, _MARKS, strict=True):
                row = client.execute("SHOW search_path").fetchone()
                if row is None or row[0] != mark:
                    return False
        return True
    finally:
        for client in clients:
            client.close()


def refuse_unsafe_pooler() -> None:
    """Raise ImproperlyConfigured where the database's address is that of an unsafe pooler."""
    if not keeps_search_path(_connect):
        raise ImproperlyConfigured(
            "DATABASE_URL leads to a connection pooler that mixes up the schemas of tenants:"
            " connect to PostgreSQL itself, set the pooler to session mode, or use PgBouncer 1.25.1"
            " or newer with track_extra_parameters=search_path on PostgreSQL 18."
        )


def _connect() -> psycopg.Connection:
    settings = connection.get_connection_params()
    settings.pop("cursor_factory", None)
    settings.pop("context", None)
    return psycopg.connect(**settings, autocommit=True)
