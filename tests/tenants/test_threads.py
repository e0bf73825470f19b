"""Database work of asynchronous code runs in threads, in the tenant of whoever asked."""

import asyncio

import pytest
from django.db import OperationalError, connection

from accounts.people.models import User
from tenants.context import in_tenant, tenant_or_none
from tenants.threads import in_db_thread

pytestmark = pytest.mark.asyncio


def names() -> set[str]:
    return set(User.objects.values_list("name", flat=True))


async def test_many_tasks_at_once_each_see_their_own_tenant(cast, real_commits):
    async def look(tenant: str) -> tuple[str, set[str]]:
        with in_tenant(tenant):
            return tenant, await in_db_thread(names)

    seen = await asyncio.gather(*[look("acme" if n % 2 else "globex") for n in range(40)])

    expected = {"acme": {"Ana", "Bo", "Cy", "Eve"}, "globex": {"Dee", "Ed"}}
    assert all(found == expected[tenant] for tenant, found in seen)


async def test_a_thread_keeps_no_tenant_behind(cast, real_commits):
    with in_tenant("acme"):
        await in_db_thread(names)

    assert await in_db_thread(tenant_or_none) is None


async def test_a_connection_that_broke_is_replaced_and_the_work_done(cast, real_commits):
    attempts = []

    def cut_then_look() -> set[str]:
        attempts.append(1)
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return names()

    with in_tenant("acme"):
        found = await in_db_thread(cut_then_look)

    assert found == {"Ana", "Bo", "Cy", "Eve"}
    assert len(attempts) == 2


async def test_an_error_of_a_whole_connection_is_raised_and_not_repeated(cast, real_commits):
    attempts = []

    def fail() -> None:
        attempts.append(1)
        # The one of the test before ended with its database.
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        await in_db_thread(fail)

    assert len(attempts) == 1
