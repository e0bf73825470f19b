"""The ground all other tests stand on."""

import threading

import pytest
from django.db import connection

from accounts.people.models import User
from accounts.sessions.models import Session
from tenants import levels, services
from tenants.context import current_tenant, in_tenant
from tenants.models import Tenant


def test_each_organisation_sees_its_own_people(cast):
    with in_tenant("acme"):
        acme = set(User.objects.values_list("name", flat=True))
    with in_tenant("globex"):
        globex = set(User.objects.values_list("name", flat=True))

    assert acme == {"Ana", "Bo", "Cy", "Eve"}
    assert globex == {"Dee", "Ed"}


def test_what_is_committed_for_real_is_seen_by_another_thread(cast, real_commits):
    seen = []

    def look() -> None:
        with in_tenant("acme"):
            seen.append(User.objects.filter(name="Zoe").exists())
        connection.close()

    with in_tenant("acme"):
        User.objects.create(name="Zoe")
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [True]


def test_and_is_gone_afterwards(in_acme):
    assert not User.objects.filter(name="Zoe").exists()


def test_a_token_is_made_when_it_is_asked_for(cast):
    assert cast.bo.token.startswith("chy_")


@pytest.mark.asyncio
async def test_a_coroutine_is_in_the_organisation_of_its_fixture(in_acme):
    assert current_tenant() == "acme"
    assert await User.objects.filter(name="Ana").aexists()


def test_a_signed_in_browser_is_known_by_its_session(cast):
    key = cast.ana.client.cookies["session"].value

    with in_tenant("acme"):
        assert Session.objects.filter(session_key=key).exists()


def test_whatever_a_test_commits_is_undone(cast, real_commits):
    with in_tenant("acme"):
        User.objects.filter(name="Bo").update(name="Somebody")
        User.objects.get(name="Cy").delete()
    with in_tenant("globex"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")


def test_rows_that_were_changed_or_lost_are_back(cast):
    for slug, names in (("acme", ["Ana", "Bo", "Cy", "Eve"]), ("globex", ["Dee", "Ed"])):
        with in_tenant(slug):
            assert sorted(User.objects.values_list("name", flat=True)) == names
    assert levels.behind(["acme", "globex", "operators"]) == []


def test_also_tables_and_tenants(cast, real_commits):
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD COLUMN shoe_size int")
    services.create_tenant(slug="initech", name="Initech")


def test_are_as_they_were(cast):
    with in_tenant("acme"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_user LIMIT 1")
        assert "shoe_size" not in [column.name for column in cursor.description]
    assert set(Tenant.objects.values_list("slug", flat=True)) == {"acme", "globex", "operators"}
