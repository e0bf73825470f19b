"""PostgreSQL backend that keeps each connection in the schema of the tenant in hand.

django-tenants stores the wanted schema on the connection object. Here it lives in a ContextVar
(`tenants.context`), and each cursor compares it with what was really set on the connection. Private
methods of django-tenants are overridden, so its version is pinned and `tests/isolation` guards it.
"""

import select
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.psycopg_any import sql
from django.db.utils import InternalError, NotSupportedError
from django_tenants.postgresql_backend import base

from tenants.backend.introspection import DatabaseIntrospection
from tenants.backend.prepared import Params, Prepared
from tenants.context import PUBLIC_SCHEMA, current_schema


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that follows the ContextVar and refuses every other way to switch."""

    search_path_set_schemas: list[str] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.introspection = DatabaseIntrospection(self)
        self._prepared: Prepared | None = None

    @property
    def schema_name(self) -> str:
        return current_schema()

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        if value not in (None, PUBLIC_SCHEMA):
            raise ImproperlyConfigured("switch the tenant with tenants.context.in_tenant(slug)")

    @property
    def tenant(self) -> base.FakeTenant:
        return base.FakeTenant(schema_name=current_schema())

    @tenant.setter
    def tenant(self, value: object) -> None:
        """Ignored: the base class assigns it while it is being built."""

    def set_tenant(self, tenant: object, include_public: bool = True) -> None:
        if getattr(tenant, "schema_name", None) != PUBLIC_SCHEMA:
            raise ImproperlyConfigured("switch the tenant with tenants.context.in_tenant(slug)")

    def set_schema_to_public(self) -> None:
        """Nothing to do: outside of `in_tenant` a connection is in the public schema."""

    def is_usable(self) -> bool:
        """Say whether the server is still there, as far as that can be told without asking it.

        Django asks with a query at the start of each request. A server that ended has closed the
        connection, and an idle connection whose other end was closed is readable: the kernel knows.
        Only when there is something to read is the server asked.
        """
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True

    def hot_rows(self, query: str, params: Params) -> list[tuple]:
        """Run a statement that runs all the time; returns its rows. See `tenants.statements`."""
        is_plain = self.in_atomic_block or self.queries_logged or self.execute_wrappers
        if is_plain or not self.get_autocommit():
            return self._plain_rows(query, params)
        self.validate_thread_sharing()
        self.close_if_health_check_failed()
        self.ensure_connection()
        self._handle_search_path()
        try:
            with self.wrap_database_errors:
                return self._prepared_now().rows(query, params)
        except NotSupportedError:
            # A migration changed a column since the statement was prepared on this connection.
            self.close()
            return self._plain_rows(query, params)

    def _prepared_now(self) -> Prepared:
        if self._prepared is None or self._prepared.connection is not self.connection:
            self._prepared = Prepared(self.connection)
        return self._prepared

    def _plain_rows(self, query: str, params: Params) -> list[tuple]:
        with self.cursor() as cursor:
            cursor.execute(query, params)
            return cursor.fetchall()

    def _handle_search_path(self, cursor=None) -> None:
        wanted = self._get_cursor_search_paths()
        if self._setting_search_path or self.search_path_set_schemas == wanted:
            return
        self._setting_search_path = True
        own = self.connection.cursor() if cursor is None else cursor
        try:
            # Sent on the driver's own cursor: neither query counts nor logs should show it.
            raw = getattr(own, "cursor", own)
            with self.wrap_database_errors:
                raw.execute(
                    sql.SQL("SET search_path = {}").format(
                        sql.SQL(",").join(sql.Identifier(name) for name in wanted)
                    )
                )
            self.search_path_set_schemas = wanted
        except InternalError as error:
            if not isinstance(error.__cause__, base.psycopg.errors.InFailedSqlTransaction):
                raise
            # The caller is about to roll back; any other statement fails on the server anyway.
            self.search_path_set_schemas = None
        finally:
            self._setting_search_path = False
            if cursor is None:
                own.close()

    def _get_cursor_search_paths(self) -> list[str]:
        schema = current_schema()
        return [PUBLIC_SCHEMA] if schema == PUBLIC_SCHEMA else [schema, PUBLIC_SCHEMA]
