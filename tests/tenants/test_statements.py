"""Prepared statements: each tenant's own rows, whatever happened to connection and columns."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants.context import in_tenant
from tenants.statements import TookTooLong, given_up_after, hot_rows

NAMES = "SELECT name FROM accounts_user WHERE role = %s ORDER BY name"


@pytest.fixture
def prepared(cast, real_commits):
    """Outside of a transaction, as in a request; the other tests of the house run inside one."""
    assert not connection.in_atomic_block
    return cast


def test_one_prepared_statement_reads_each_tenants_own_rows(prepared):
    for _ in range(3):
        with in_tenant("acme"):
            assert hot_rows(NAMES, ["owner"]) == [("Ana",)]
        with in_tenant("globex"):
            assert hot_rows(NAMES, ["owner"]) == [("Dee",)]

    assert _prepared() == 1


def test_a_statement_survives_a_change_of_its_columns(prepared):
    with in_tenant("acme"):
        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_user ALTER COLUMN name TYPE varchar(121)")

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]
        assert hot_rows(NAMES, ["guest"]) == [("Eve",)]


def test_a_statement_in_a_transaction_sees_what_it_did_and_ends_with_it(prepared):
    with in_tenant("acme"):
        with transaction.atomic():
            hot_rows("UPDATE accounts_user SET name = %s WHERE name = %s RETURNING 1", ["A", "Ana"])
            assert hot_rows(NAMES, ["owner"]) == [("A",)]
            transaction.set_rollback(True)

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]


def test_what_breaks_a_constraint_is_told_as_django_tells_it(prepared):
    query = "UPDATE accounts_user SET email = %s WHERE name = %s RETURNING 1"

    with in_tenant("acme"):
        with pytest.raises(IntegrityError):
            hot_rows(query, [prepared.ana.email, "Bo"])

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]


def test_a_connection_that_the_server_ended_is_made_anew(prepared):
    with in_tenant("acme"):
        hot_rows(NAMES, ["owner"])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        _end_session(pid)
        connection.close_if_unusable_or_obsolete()

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]


def test_what_takes_too_long_is_given_up_and_nothing_else(prepared):
    with in_tenant("acme"):
        with pytest.raises(TookTooLong), given_up_after(0.05):
            hot_rows("SELECT pg_sleep(60)", {})
        with given_up_after(30):
            assert hot_rows("SELECT 1", {}) == [(1,)]
        assert hot_rows("SELECT current_setting('statement_timeout')", {}) == [("0",)]
        with pytest.raises(ProgrammingError), given_up_after(30):
            hot_rows("SELECT nothing", {})


def test_queries_that_are_counted_count_these_too(prepared):
    with in_tenant("acme"), CaptureQueriesContext(connection) as queries:
        hot_rows(NAMES, ["owner"])

    assert len(queries) == 1


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (count,) = cursor.fetchone()
        return count


def _end_session(pid: int) -> None:
    """As an administrator or a restart would; returns when the session is gone."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
