"""The ground all other tests stand on."""

import threading

import pytest
from django.db import connection

from accounts.people.models import User
from accounts.sessions.models import Session
from tenants.context import current_tenant, in_tenant


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
