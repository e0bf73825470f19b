"""A program passes by what is for browsers; cookies that come with its token count for nothing."""

import pytest
from django.test import Client

from core.browsers import is_by_program


@pytest.fixture
def both(cast) -> Client:
    """Bo's browser, which sends Ana's token with it."""
    client = cast.bo.client
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {cast.ana.token}"
    return client


def test_the_token_decides_who_asks_and_the_session_is_not_looked_at(cast, both):
    answer = both.get("/api/v1/me")

    assert answer.json()["id"] == str(cast.ana.id)
    assert is_by_program(answer.wsgi_request)
    assert not hasattr(answer.wsgi_request, "session")
    assert not hasattr(answer.wsgi_request, "user")
    assert answer.cookies == {}


def test_a_bad_token_is_refused_whatever_the_session(cast, both):
    both.defaults["HTTP_AUTHORIZATION"] = "Bearer chy_wrong"

    assert both.get("/api/v1/me").status_code == 401


def test_a_page_takes_no_token_and_is_made_for_the_session(cast, both):
    answer = both.get("/")

    assert answer.status_code == 200
    assert answer.wsgi_request.user.id == cast.bo.id


def test_a_session_without_its_csrf_token_still_writes_nothing(cast):
    strict = Client(enforce_csrf_checks=True, HTTP_HOST=cast.bo.host)
    strict.cookies = cast.bo.client.cookies

    answer = strict.patch("/api/v1/me", {"name": "Bob"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_programs_are_answered_in_their_language(cast):
    answer = cast.ana.api.get("/api/v1/me", HTTP_ACCEPT_LANGUAGE="de")

    assert answer.headers["Content-Language"] == "de"
    assert answer.headers["Vary"] == "Accept-Language"


def test_nobody_is_nobody_by_any_way(cast):
    nobody = cast.nobody()

    assert nobody.get("/api/v1/me").status_code == 401
    assert nobody.get("/api/v1/nothing", HTTP_AUTHORIZATION="Bearer x").status_code == 404
