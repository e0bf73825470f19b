"""The operators' console as those see it whom it is not for, and as somebody hostile uses it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern

from tenants.models import Tenant
from tenants.operators import operator_site
from tests.cast import PASSWORD

TENANTS, PEOPLE = "/admin/tenants/tenant/", "/admin/accounts/user/"
FOR_EVERYBODY = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/"}
"""The way in and out, and words of scripts: they tell nothing of what is inside."""


def addresses(cast) -> list[str]:
    """Every address of the console, from its own table, with ids that are there."""
    ids = {"tenants": str(Tenant.objects.get(slug="acme").id), "accounts": str(cast.op.id)}
    found = {"/admin/tenants/", "/admin/accounts/", "/admin/nothing/"}
    for route in _routes(operator_site.get_urls()):
        id_ = ids.get(route.partition("/")[0], "1")
        found.add("/admin/" + re.sub("<[^>]*>", id_, route))
    return sorted(found)


def _routes(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            for rest in _routes(pattern.url_patterns):
                yield str(pattern.pattern) + rest
        elif isinstance(pattern.pattern, RoutePattern):
            yield str(pattern.pattern)


def strangers(cast) -> dict[str, Client]:
    """Nobody; an owner of an organisation who brings session and token along."""
    with_session = Client(HTTP_HOST="localhost")
    with_session.cookies["session"] = cast.ana.client.cookies["session"].value
    with_token = Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {cast.ana.token}")
    return {"nobody": cast.nobody("operators"), "session": with_session, "token": with_token}


def test_nobody_but_operators_sees_a_page_of_it_or_does_anything(cast):
    before = list(Tenant.objects.order_by("id").values())
    seen = []
    form = {"action": "erase", "_selected_action": [UNKNOWN], "confirmed": "yes"}
    for name, client in strangers(cast).items():
        for address in set(addresses(cast)) - FOR_EVERYBODY:
            for answer in (client.get(address), client.post(address, form)):
                if answer.status_code not in {302, 404}:
                    seen.append((name, address, answer.status_code))
                if answer.status_code == 302 and "/login/" not in answer["Location"]:
                    seen.append((name, address, answer["Location"]))

    assert len(addresses(cast)) > 10
    assert seen == []
    assert list(Tenant.objects.order_by("id").values()) == before


def test_an_owner_cannot_sign_in_where_operators_do(cast):
    browser = cast.nobody("operators")

    answer = browser.post("/accounts/login/", {"login": cast.ana.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_the_console_of_operators_is_at_no_organisations_address(cast):
    assert cast.ana.client.get(TENANTS).status_code == 404
    assert cast.ana.client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404


UNKNOWN = "00000000-0000-4000-8000-000000000000"
IDS = ["x", "-1", "%00", "_00", "%27%22%3Cscript%3E", "é", "x" * 3000, UNKNOWN, "a/b", "%E2%80%AE"]
QUERIES = [
    "o=x",
    "o=99.-99",
    "o=" + "1." * 2000,
    "p=x",
    "p=-1",
    "p=99999999999999999999999",
    "q=%00",
    "q=%ED%A0%80",
    "q=" + "%22x " * 400,
    "all=",
    "state=evil",
    "state__exact=%00",
    "state__in=a,b",
    "slug__regex=(",
    "schema_name=acme",
    "domains__domain__contains=x",
    "_to_field=slug",
    "_to_field=password",
    "_popup=1",
    "_facets=True",
    "e=1",
    "created_at__year=x",
    "created_at__year=99999999999",
    "created_at__gte=x",
    "id__gt=x",
    "id__exact=x",
    "id__isnull=x",
    "name__iregex=(",
    "_changelist_filters=%00",
]


@pytest.mark.parametrize("table", [TENANTS, PEOPLE])
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_an_id_that_is_none_leads_nowhere(cast, page, table):
    answers = {id_: cast.op.client.get(f"{table}{id_}/{page}/").status_code for id_ in IDS}

    assert set(answers.values()) <= {302, 403, 404}, answers


@pytest.mark.parametrize("table", [TENANTS, PEOPLE])
def test_a_query_that_makes_no_sense_breaks_nothing(cast, table):
    answers = {query: cast.op.client.get(f"{table}?{query}").status_code for query in QUERIES}

    assert {query: code for query, code in answers.items() if code not in {200, 302, 400}} == {}


@pytest.mark.parametrize(
    "form",
    [
        {"action": "erase"},
        {"action": "destroy", "_selected_action": "acme"},
        {"action": "delete_selected", "_selected_action": "acme", "post": "yes"},
        {"action": "erase", "_selected_action": "x", "confirmed": "yes"},
        {"action": "erase", "_selected_action": "\x00", "confirmed": "yes"},
        {"action": "erase", "_selected_action": UNKNOWN, "confirmed": "yes"},
        {"action": "\x00", "_selected_action": "x"},
        {"action": "erase", "_selected_action": ["x"] * 450, "confirmed": "yes"},
        {"action": "erase", "_selected_action": "x", "index": "-7", "confirmed": "yes"},
        {"action": "erase", "_selected_action": "x", "index": "x", "confirmed": "yes"},
        {"_save": "1", "form-TOTAL_FORMS": "x"},
        {"_save": "1", "form-TOTAL_FORMS": "99999999", "form-INITIAL_FORMS": "-1"},
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(cast, form):
    before = list(Tenant.objects.order_by("id").values())

    answer = cast.op.client.post(TENANTS, form)

    assert answer.status_code in {200, 302, 400, 403}
    assert list(Tenant.objects.order_by("id").values()) == before
