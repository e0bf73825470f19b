"""Signing in and out, and what a session remembers."""

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from accounts.sessions import services
from accounts.sessions.models import Session
from core.errors import NotFound
from core.ids import new_id
from events.models import Entry
from tenants.context import in_tenant
from tests.cast import PASSWORD

SIGN_IN = "/accounts/login/"


def sign_in(host: str, email: str, password: str = PASSWORD, **headers: str):
    browser = Client(HTTP_HOST=host, **headers)
    return browser, browser.post(SIGN_IN, {"login": email, "password": password})


def test_a_session_knows_its_person_and_from_where_it_is_used(in_acme, cast):
    browser, response = sign_in(
        "acme.localhost", "Bo@Acme.example", HTTP_USER_AGENT="Lynx/2.8", REMOTE_ADDR="192.0.2.5"
    )
    browser.get("/api/v1/me")

    assert (response.status_code, response["Location"]) == (302, "/")
    session = Session.objects.get(user_id=cast.bo.id)
    assert (session.device, session.ip) == ("Lynx/2.8", "192.0.2.5")
    assert session.last_used_at is not None
    assert browser.cookies["session"]["httponly"]
    assert browser.cookies["session"]["domain"] == ""


def test_using_a_session_again_at_once_writes_nothing(in_acme, cast, django_assert_num_queries):
    cast.bo.client.get("/accounts/login/")
    before = Session.objects.get(user_id=cast.bo.id)

    cast.bo.client.get("/accounts/login/")

    after = Session.objects.get(user_id=cast.bo.id)
    assert (after.id, after.last_used_at) == (before.id, before.last_used_at)


def test_a_session_is_good_in_its_own_organisation_only(cast):
    key = cast.ana.client.cookies["session"].value
    for host in ("globex.localhost", "localhost"):
        thief = Client(HTTP_HOST=host)
        thief.cookies["session"] = key
        assert thief.get("/admin/").status_code == 302
        assert thief.get("/api/v1/me").status_code in {401, 404}


def test_signing_out_ends_the_session_and_its_sockets(in_acme, cast):
    cast.bo.client.post("/accounts/logout/")

    assert cast.bo.client.get("/api/v1/me").status_code == 401
    assert not Session.objects.filter(user_id=cast.bo.id).exists()
    assert list(Entry.objects.filter(stream_id=cast.bo.id).values_list("type", flat=True)) == [
        "chancery.session.revoked.v1"
    ]


def test_a_person_ends_their_own_sessions_and_nobody_elses(in_acme, cast):
    assert cast.bo.client
    assert cast.cy.client
    theirs = Session.objects.get(user_id=cast.cy.id)
    own = Session.objects.get(user_id=cast.bo.id)

    for id_ in (theirs.id, new_id()):
        with pytest.raises(NotFound):
            services.revoke_session(cast.bo.actor, session_id=id_)
    services.revoke_session(cast.bo.actor, session_id=own.id)

    assert list(Session.objects.values_list("user_id", flat=True)) == [cast.cy.id]
    (entry,) = Entry.objects.filter(stream_id=cast.bo.id)
    assert entry.data["credential"].startswith("session:")
    assert own.session_key not in str(entry.data)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("bo@acme.example", "wrong-password-here"),
        ("nobody@acme.example", PASSWORD),
        ("dee@globex.example", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_person_look_the_same(cast, email, password):
    _, response = sign_in("acme.localhost", email, password)
    _, reference = sign_in("acme.localhost", "x@acme.example", password)

    assert response.status_code == reference.status_code == 200
    strip = lambda page, name: page.text.replace(name, "")  # noqa: E731
    words = "e-mail address and/or password"
    assert (words in response.text) == (words in reference.text)
    assert len(strip(response, email)) == len(strip(reference, "x@acme.example"))


def test_guessing_is_stopped_for_the_guessed_account_only(cast):
    for _ in range(11):
        sign_in("acme.localhost", "bo@acme.example", "wrong-password-here")

    _, bo = sign_in("acme.localhost", "bo@acme.example")
    _, cy = sign_in("acme.localhost", "cy@acme.example")

    assert bo.status_code == 200
    assert cy.status_code == 302


def test_limits_of_one_organisation_are_not_those_of_another(cast):
    for _ in range(11):
        sign_in("globex.localhost", "bo@acme.example", "wrong-password-here")

    assert sign_in("acme.localhost", "bo@acme.example")[1].status_code == 302


@override_settings(
    CACHES={
        "default": {
            "BACKEND": "tenants.cache.RedisCacheOrOwn",
            "LOCATION": "redis://127.0.0.1:1/0",
            "KEY_FUNCTION": "tenants.cache.tenant_key",
            "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
        }
    }
)
def test_without_redis_people_sign_in_and_limits_still_hold(cast):
    cache.clear()

    assert sign_in("acme.localhost", "bo@acme.example")[1].status_code == 302
    for _ in range(11):
        sign_in("acme.localhost", "cy@acme.example", "wrong-password-here")
    assert sign_in("acme.localhost", "cy@acme.example")[1].status_code == 200
    with in_tenant("acme"):
        cache.set("colour", "red")
    with in_tenant("globex"):
        assert cache.get("colour") is None


def test_nobody_registers_by_themselves(cast):
    for path in ("signup/", "signup/passkey/", "3rdparty/", "2fa/passkeys/signup/"):
        assert cast.ana.client.get(f"/accounts/{path}").status_code == 404
