"""Prepared statements: each tenant's own rows, whatever happened to connection and columns."""

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
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


def test_parameters_go_by_place_and_by_name_and_signs_of_percent_stay(prepared):
    named = (
        "SELECT name FROM accounts_user"
        " WHERE name LIKE 'A%%' AND role = %(role)s AND %(role)s <> %(not)s"
    )

    with in_tenant("acme"):
        assert hot_rows(named, {"not": "guest", "role": "owner"}) == [("Ana",)]
        assert hot_rows("SELECT %s::int % 3, '%%', %s::text", [7, None]) == [(1, "%", None)]
        assert hot_rows("SELECT %s::jsonb ->> 'é'", ['{"é": "ü"}']) == [("ü",)]


def test_values_of_another_size_or_none_are_prepared_apart(prepared):
    query = "SELECT %s::bigint + 1"

    assert [hot_rows(query, [value]) for value in (1, 2**40, None, 2)] == [
        [(2,)],
        [(2**40 + 1,)],
        [(None,)],
        [(3,)],
    ]


def test_of_too_many_statements_the_longest_unused_is_forgotten(prepared, monkeypatch):
    monkeypatch.setattr("tenants.backend.prepared.MOST_PREPARED", 3)
    connection.close()

    for number in range(6):
        assert hot_rows("SELECT 'kept'", {}) == [("kept",)]
        assert hot_rows(f"SELECT {number}", {}) == [(number,)]

    assert _prepared_texts() == {"SELECT 'kept'", "SELECT 4", "SELECT 5"}


def test_what_was_forgotten_is_prepared_again(prepared, monkeypatch):
    monkeypatch.setattr("tenants.backend.prepared.MOST_PREPARED", 1)
    connection.close()

    assert [hot_rows(f"SELECT {number}", {}) for number in (1, 2, 1, 2)] == [
        [(1,)],
        [(2,)],
        [(1,)],
        [(2,)],
    ]


def test_a_pooler_that_keeps_no_statements_is_asked_without(prepared):
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    try:
        with in_tenant("acme"):
            assert hot_rows(NAMES, ["owner"]) == [("Ana",)]
            with pytest.raises(ProgrammingError):
                hot_rows("SELECT nothing WHERE %s", [True])
        assert _prepared() == 0
    finally:
        connection.close()


def test_a_connection_that_ends_under_a_statement_is_said_to_be_away(prepared):
    with in_tenant("acme"):
        with pytest.raises(OperationalError):
            hot_rows("SELECT pg_terminate_backend(pg_backend_pid())", {})
        connection.close_if_unusable_or_obsolete()

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]


def test_without_autocommit_it_is_part_of_the_transaction_in_hand(prepared):
    with in_tenant("acme"):
        transaction.set_autocommit(False)
        try:
            hot_rows("UPDATE accounts_user SET name = %s WHERE name = %s RETURNING 1", ["A", "Ana"])
            transaction.rollback()
        finally:
            transaction.set_autocommit(True)

        assert hot_rows(NAMES, ["owner"]) == [("Ana",)]


def test_queries_that_are_counted_count_these_too(prepared):
    with in_tenant("acme"), CaptureQueriesContext(connection) as queries:
        hot_rows(NAMES, ["owner"])

    assert len(queries) == 1


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (count,) = cursor.fetchone()
        return count


def _prepared_texts() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'hot%'")
        return {text for (text,) in cursor.fetchall()}


def _end_session(pid: int) -> None:
    """As an administrator or a restart would; returns when the session is gone."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
