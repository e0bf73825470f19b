"""Six silent leaks of stock packages, and ours: each test is red where its guard is taken away.

"Who are you" is answered by the database: the names of the people in the schema that a query really
ran in.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from django_tenants.utils import schema_context, tenant_context

from accounts.people.models import User
from tenants import pooler
from tenants.context import NoTenant, current_tenant, in_public, in_tenant, schema_of
from tenants.middleware import TenantMiddleware
from tenants.models import Tenant

ACME, GLOBEX = "Ana", "Dee"
OWNER = {"acme": ACME, "globex": GLOBEX}
ROUNDS = 40


def owner() -> str:
    """The owner's name, as the database sees it now."""
    return User.objects.values_list("name", flat=True).get(role="owner")


def _look_and_fail(expected: str) -> None:
    assert owner() == expected
    raise ZeroDivisionError


# Leaks 1 to 3: the stock ways to switch -----------------------------------------------------------


def test_the_stock_context_manager_of_a_tenant_is_shut(cast):
    tenant = Tenant.objects.get(slug="acme")

    with pytest.raises(RuntimeError, match="in_tenant"), tenant:
        pytest.fail("its stack of previous tenants is shared by all threads")


@pytest.mark.parametrize(
    "switch",
    [
        lambda tenant: schema_context(tenant.schema_name).__enter__(),
        lambda tenant: tenant_context(tenant).__enter__(),
        lambda tenant: tenant.activate(),
        lambda tenant: connection.set_tenant(tenant),
        lambda tenant: connection.set_schema(tenant.schema_name),
    ],
    ids=["schema_context", "tenant_context", "activate", "set_tenant", "set_schema"],
)
def test_every_other_stock_switch_is_shut(cast, switch):
    with pytest.raises(ImproperlyConfigured):
        switch(Tenant.objects.get(slug="acme"))

    with pytest.raises(DatabaseError), transaction.atomic():
        owner()


def test_there_is_one_database_only():
    """`schema_context(…, database="other")` puts the default one's tenant back into it."""
    assert list(connections) == ["default"]


# Leak 4: threads, coroutines, pools ---------------------------------------------------------------


def test_threads_each_see_their_own_tenant(cast, real_commits):
    barrier = threading.Barrier(4)

    def read(slug: str) -> set[str]:
        barrier.wait()
        try:
            with in_tenant(slug):
                return {owner() for _ in range(ROUNDS)}
        finally:
            connection.close()

    slugs = ["acme", "globex", "acme", "globex"]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(read, slugs))

    assert seen == [{OWNER[slug]} for slug in slugs]


def test_a_pool_thread_does_not_keep_the_tenant_of_the_work_before(cast, real_commits):
    def owner_of(slug: str) -> str:
        with in_tenant(slug):
            return owner()

    def nobody() -> str:
        try:
            return owner()
        except ProgrammingError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(owner_of, "acme").result() == ACME
        assert pool.submit(owner_of, "globex").result() == GLOBEX
        assert pool.submit(nobody).result() == "refused"


def test_a_new_thread_has_no_tenant_rather_than_a_wrong_one(in_acme, real_commits):
    seen: list[object] = []

    def look() -> None:
        try:
            seen.append(current_tenant())
        except NoTenant as refused:
            seen.append(type(refused))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [NoTenant]


@pytest.mark.asyncio
@pytest.mark.parametrize("wrap", [database_sync_to_async, sync_to_async])
async def test_coroutines_in_one_shared_thread_each_see_their_own_tenant(cast, real_commits, wrap):
    async def read(slug: str) -> set[str]:
        seen = set()
        with in_tenant(slug):
            for _ in range(ROUNDS // 4):
                seen.add(await wrap(owner)())
                await asyncio.sleep(0)
        return seen

    slugs = ["acme", "globex"] * 6
    seen = await asyncio.gather(*map(read, slugs))
    await wrap(connections.close_all)()

    assert seen == [{OWNER[slug]} for slug in slugs]


@pytest.mark.asyncio
async def test_the_asynchronous_orm_sees_the_coroutines_tenant(cast, real_commits):
    async def read(slug: str) -> str:
        with in_tenant(slug):
            await asyncio.sleep(0)
            person = await User.objects.aget(role="owner")
            return person.name

    seen = await asyncio.gather(*map(read, ["acme", "globex"] * 10))
    await sync_to_async(connections.close_all)()

    assert seen == [ACME, GLOBEX] * 10


@pytest.mark.asyncio
async def test_a_task_keeps_the_tenant_it_was_started_in(cast, real_commits):
    async def read() -> str:
        await asyncio.sleep(0.01)
        return await sync_to_async(owner)()

    with in_tenant("acme"):
        acme = asyncio.create_task(read())
    with in_tenant("globex"):
        globex = asyncio.create_task(read())

    assert await asyncio.gather(acme, globex) == [ACME, GLOBEX]
    await sync_to_async(connections.close_all)()


# Leak 5: a pooler that mixes up connections -------------------------------------------------------


def test_a_direct_connection_passes_the_pooler_test(cast):
    assert pooler.keeps_search_path(pooler._connect)
    pooler.refuse_unsafe_pooler()


def test_a_pooler_that_shares_one_connection_among_clients_is_found_out(cast):
    with pooler._connect() as server:

        class Client:
            """What a client of a pooler in transaction mode has: whatever connection is free."""

            def execute(self, query: str) -> psycopg.Cursor:
                return server.execute(query)

            def close(self) -> None:
                """The server connection stays with the pooler."""

        assert not pooler.keeps_search_path(Client)


# Leak 6: the process-wide cache of content types --------------------------------------------------


def test_content_types_are_the_same_everywhere(cast):
    ids = {}
    for slug in ("acme", "globex", "operators"):
        ContentType.objects.clear_cache()
        with in_tenant(slug):
            ids[slug] = ContentType.objects.get_for_model(User).id

    assert len(set(ids.values())) == 1
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'django_content_type'")
        assert cursor.fetchone() == (1,)


def test_permissions_hang_on_the_right_content_types_in_every_tenant(cast):
    from django.contrib.auth.models import Permission

    for slug in ("acme", "globex"):
        with in_tenant(slug):
            found = Permission.objects.get(codename="change_user")
            assert (found.content_type.app_label, found.content_type.model) == ("accounts", "user")


# Transactions, connections, streams: where a SET could be lost or linger --------------------------


def test_outside_of_a_tenant_a_query_on_its_tables_raises(cast):
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        owner()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM messaging_message")
    with pytest.raises(NoTenant):
        current_tenant()


def test_the_tenant_before_is_restored_also_after_an_error(cast):
    with in_tenant("acme"):
        with pytest.raises(ZeroDivisionError), in_tenant("globex"):
            _look_and_fail(GLOBEX)
        assert owner() == ACME


def test_a_rolled_back_savepoint_takes_no_schema_along(cast):
    with in_tenant("acme"):
        assert owner() == ACME
        with pytest.raises(ZeroDivisionError), in_tenant("globex"), transaction.atomic():
            _look_and_fail(GLOBEX)
        assert owner() == ACME
    with in_tenant("globex"):
        assert owner() == GLOBEX


def test_a_switch_inside_a_savepoint_that_is_rolled_back(cast):
    with in_tenant("acme"):
        owner()
        with pytest.raises(ZeroDivisionError), transaction.atomic(), in_tenant("globex"):
            _look_and_fail(GLOBEX)
    # PostgreSQL has put the search path of acme back by itself; ours must have noticed.
    with in_tenant("globex"):
        assert owner() == GLOBEX


def test_a_rollback_to_a_savepoint_from_inside_the_other_tenant(cast):
    with in_tenant("acme"):
        assert owner() == ACME
        savepoint = transaction.savepoint_create()
    with in_tenant("globex"):
        assert owner() == GLOBEX
        transaction.savepoint_rollback(savepoint)
        # The server is back in acme by itself, and nobody has switched since.
        assert owner() == GLOBEX


def test_a_rollback_from_inside_the_other_tenant(cast, real_commits):
    with in_tenant("acme"):
        assert owner() == ACME
    transaction.set_autocommit(False)
    try:
        with in_tenant("globex"):
            assert owner() == GLOBEX
            transaction.rollback()
            assert owner() == GLOBEX
        transaction.rollback()
    finally:
        transaction.set_autocommit(True)


def test_a_rolled_back_transaction_takes_no_schema_along(cast, real_commits):
    with in_tenant("acme"):
        owner()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), in_tenant("globex"):
        _look_and_fail(GLOBEX)
    with in_tenant("globex"):
        assert owner() == GLOBEX
    with in_tenant("acme"):
        assert owner() == ACME


def test_a_new_connection_starts_without_a_tenant(cast, real_commits):
    with in_tenant("acme"):
        assert owner() == ACME
        connection.close()
        assert owner() == ACME
    connection.close()
    with pytest.raises(ProgrammingError):
        owner()


def test_a_connection_lost_by_the_server_starts_over_in_the_right_tenant(cast, real_commits):
    with in_tenant("globex"):
        owner()
        with pooler._connect() as other:
            pid = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(DatabaseError):
            owner()
        connection.close_if_unusable_or_obsolete()
        with in_tenant("acme"):
            assert owner() == ACME
        assert owner() == GLOBEX


def test_streams_that_are_read_in_turns_are_each_made_in_their_tenant(cast):
    def view(request):
        return StreamingHttpResponse(owner() for _ in range(4))

    serve = TenantMiddleware(view)
    streams = [
        iter(serve(RequestFactory().get("/", HTTP_HOST=f"{slug}.localhost")).streaming_content)
        for slug in ("acme", "globex")
    ]

    chunks = []
    for _ in range(4):
        for stream in streams:
            chunks.append(next(stream).decode())
            with pytest.raises(NoTenant):
                current_tenant()

    assert chunks == [ACME, GLOBEX] * 4


def test_a_query_built_in_one_tenant_answers_for_the_tenant_it_runs_in(cast):
    with in_tenant("acme"):
        people = User.objects.filter(role="owner").values_list("name", flat=True)
    with in_tenant("globex"):
        assert list(people) == [GLOBEX]


@pytest.mark.parametrize(
    "slug",
    ["", "acme; DROP SCHEMA t_globex", "t_acme", "Acme", '"acme"', "public", "a_b", "../acme"],
)
def test_only_slugs_name_schemas(slug):
    if slug == "public":
        assert schema_of(slug) == "t_public"
        return
    with pytest.raises(ValueError, match="not a tenant's slug"):
        schema_of(slug)
    with pytest.raises(ValueError, match="not a tenant's slug"), in_tenant(slug):
        pytest.fail("never entered")
