"""No hostile answer signs anybody in: a clear page, a security event, no change, little time.

Each case begins as the journey of a real browser that asked for the answer.
"""

import time

import pytest

import tests.accounts.sso.more_hostile  # noqa: F401
from accounts.people.models import User
from accounts.sso.models import Arrival, ExternalIdentity, Outcome
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.hostile import CASES, reach
from tests.accounts.sso.test_saml import who

MOST_CPU_S = 1.0


def test_there_are_enough_of_them():
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_refused(door: Door, name: str):
    door.idp.__dict__["sp_certificate"] = door.own_certificate
    with in_tenant("acme"):
        people = set(User.objects.values_list("id", "role", "is_active", "name"))
    fields = reach(CASES[name], door.idp, door.ask())

    started = time.process_time()
    response = door.browser.post("/accounts/saml/okta/acs/", fields)
    if response.status_code == 303:
        response = door.browser.get("/accounts/saml/okta/acs/finish/")
    took = time.process_time() - started

    assert response.status_code == 403
    assert "You are not signed in" in response.text
    assert who(door.browser) is None
    assert took < MOST_CPU_S
    with in_tenant("acme"):
        assert set(User.objects.values_list("id", "role", "is_active", "name")) == people
        assert ExternalIdentity.objects.count() == 0
        arrival = Arrival.objects.get()
        assert (arrival.outcome, arrival.code != "") == (Outcome.REFUSED, True)
        event = Entry.objects.get(type="chancery.sso.refused.v1")
        assert event.data == {
            "provider_id": str(door.id),
            "arrival_id": str(arrival.id),
            "reason": arrival.code,
        }


def test_the_same_provider_does_sign_people_in(door: Door):
    """Else the refusals above would prove nothing."""
    assert door.sign_in().status_code == 302
    assert who(door.browser) == "kim@corp.example"


def test_an_answer_counts_once(door: Door):
    raw = door.idp.answer(to=door.ask())
    assert door.come(raw).status_code == 302
    other = type(door.browser)(HTTP_HOST="acme.localhost")

    assert door.come(raw, other).status_code == 403
    assert who(other) is None


def test_an_answer_counts_for_the_browser_that_asked(door: Door):
    """Somebody who has their own answer cannot have others come in by it."""
    raw = door.idp.answer(to=door.ask())
    victim = type(door.browser)(HTTP_HOST="acme.localhost")

    assert door.come(raw, victim).status_code == 403
    assert who(victim) is None


def test_the_ticket_of_an_answer_counts_once(door: Door):
    assert door.come(door.idp.answer(to=door.ask())).status_code == 302

    assert door.browser.get("/accounts/saml/okta/acs/finish/").status_code == 403


def test_another_organisations_address_is_another_recipient(cast, door: Door):
    other = Door(cast.dee, "okta", door.idp)
    mine = door.where
    door.idp.audience, door.idp.acs_url = mine.entity_id, mine.acs

    assert other.come(door.idp.answer(to=other.ask())).status_code == 403
    assert who(other.browser) is None


@pytest.mark.parametrize("path", ["acs/", "acs/finish/", "sls/", "logout/", "metadata/", "login/"])
def test_a_provider_that_is_not_there_is_not_found(door: Door, path: str):
    for method in (door.browser.get, door.browser.post):
        assert method(f"/accounts/saml/never-was/{path}").status_code in {404, 405}
