"""What signing in asks of the database, and every page and call after it: the same among 10,000.

The numbers are exact, middleware included. One that rises needs a reason, one that falls is
written down here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.sso.models import ExternalIdentity, IdentityProvider
from tests.accounts.sso.conftest import Door, ask, come, op, provider
from tests.accounts.sso.idp import Idp
from tests.accounts.sso.op import Op
from tests.cast import PASSWORD, Cast, Person
from tests.scale.reads import reads
from tests.scale.test_large_channel import CROWD

__all__ = ["op", "provider"]

MANY = 9_996
"""Besides Ana, Bo, Cy and Eve."""

SIGN_IN = {
    "password": 8,
    "saml: set out": 3,
    "saml: the answer": 3,
    "saml: come in": 17,
    "oidc: set out": 2,
    "oidc: come in": 16,
}
AFTERWARDS = {
    "the client": 2,
    "a page": 3,
    "a call by session": 3,
    "a call by token": 2,
    "a list by token": 3,
}

type Costs = dict[str, tuple[int, int]]


@pytest.fixture
def crowd(cast: Cast, in_acme: str) -> Callable[[], None]:
    """Call it for 10,000 people."""

    def come_in() -> None:
        with connection.cursor() as cursor:
            cursor.execute(CROWD, {"many": MANY})
            cursor.execute("ANALYZE accounts_user, accounts_externalidentity")

    return come_in


def measured(act: Callable[[], Any], status: int) -> tuple[int, int]:
    """Queries and rows of a request that does what it is to."""
    with reads() as done:
        response = act()
    assert response.status_code == status, response.content
    return done.queries, done.rows


def test_a_sign_in_asks_and_reads_no_more_among_10_000(cast, crowd, op: Op, provider):
    okta = Door(cast.ana, "okta", Idp())
    link(cast.bo, okta.provider, provider)
    # The first one reads what is kept in the process from then on.
    sign_ins(cast.bo, okta, op)

    among_few = sign_ins(cast.bo, okta, op)
    crowd()
    among_many = sign_ins(cast.bo, okta, op)

    assert {name: queries for name, (queries, _) in among_few.items()} == SIGN_IN
    assert_alike(among_few, among_many)


def test_what_follows_asks_and_reads_no_more_among_10_000(cast, crowd):
    calls(cast.bo)

    among_few = calls(cast.bo)
    crowd()
    among_many = calls(cast.bo)

    assert {name: queries for name, (queries, _) in among_few.items()} == AFTERWARDS
    assert_alike(among_few, among_many)


def assert_alike(among_few: Costs, among_many: Costs) -> None:
    assert {name: queries for name, (queries, _) in among_many.items()} == {
        name: queries for name, (queries, _) in among_few.items()
    }
    more = {
        name: (among_few[name][1], rows)
        for name, (_, rows) in among_many.items()
        if rows > among_few[name][1] + 20
    }
    assert more == {}


def link(person: Person, *providers: IdentityProvider) -> None:
    for each in providers:
        ExternalIdentity.objects.create(provider=each, user=person.user, subject="kim-1")


def sign_ins(person: Person, okta: Door, op: Op) -> Costs:
    """By each way, as a browser that was never here."""
    costs: Costs = {}
    entered = {"login": person.email, "password": PASSWORD}
    fresh = Client(HTTP_HOST="acme.localhost")
    costs["password"] = measured(lambda: fresh.post("/accounts/login/", entered), 302)

    okta.browser = Client(HTTP_HOST="acme.localhost")
    asked: list[str] = []
    with reads() as done:
        asked.append(okta.ask())
    costs["saml: set out"] = (done.queries, done.rows)
    raw = okta.idp.answer(to=asked[0])
    costs["saml: the answer"] = measured(lambda: okta.post(raw), 303)
    finish = "/accounts/saml/okta/acs/finish/"
    costs["saml: come in"] = measured(lambda: okta.browser.get(finish), 302)

    browser = Client(HTTP_HOST="acme.localhost")
    with reads() as done:
        state = ask(browser, op)["state"]
    costs["oidc: set out"] = (done.queries, done.rows)
    costs["oidc: come in"] = measured(lambda: come(browser, state=state), 302)
    for each in (fresh, okta.browser, browser):
        assert each.get("/api/v1/me").json()["id"] == str(person.id)
    return costs


def calls(person: Person) -> Costs:
    """Somebody who is signed in already."""
    asked = {
        "the client": (person.client, "/"),
        "a page": (person.client, "/accounts/sessions/"),
        "a call by session": (person.client, "/api/v1/me"),
        "a call by token": (person.api, "/api/v1/me"),
        "a list by token": (person.api, "/api/v1/conversations"),
    }
    return {
        name: measured(lambda client=client, path=path: client.get(path), 200)
        for name, (client, path) in asked.items()
    }
