"""The authorisation endpoint: whom it asks, what it remembers, and where it never sends anybody."""

import time
from urllib.parse import urlencode

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from accounts.oauth import services
from accounts.oauth.models import OAuthConnection, OAuthGrant
from events.models import Entry
from tests.accounts.oauth.program import CALLBACK, LOOPBACK, Program, answer_of
from tests.cast import Person


@pytest.fixture
def issuer(settings) -> str:
    return f"http://acme.localhost:{settings.CHANCERY_PORT}"


def test_a_person_is_asked_in_words_and_the_app_is_answered(cast, crm, issuer):
    page = crm.ask(cast.bo.client)
    assert page.status_code == 200
    for words in ("Connect CRM?", "Read what you can read", "Bo", cast.bo.email, "crm.example"):
        assert words in page.text
    assert "Write in your name" not in page.text
    assert OAuthGrant.objects.count() == 0

    answer = crm.decide(cast.bo.client)

    assert answer.status_code == 303
    told = answer_of(answer)
    assert answer["Location"].startswith(f"{CALLBACK}?code=chc_")
    assert set(told) == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == ("xyz", issuer)
    allowed = Entry.objects.get(type="chancery.oauth_app.allowed.v1")
    assert allowed.data == {
        "app_id": str(crm.id),
        "user_id": str(cast.bo.id),
        "scopes": ["read"],
    }
    assert told["code"] not in str(list(Entry.objects.values_list("data", flat=True)))


def test_a_registered_query_stays_and_the_answer_follows_it(cast, in_acme):
    app = Program(redirect_uris=[f"{CALLBACK}?tenant=acme&lang=de"])

    location = app.decide(cast.bo.client)["Location"]

    assert location.startswith(f"{CALLBACK}?tenant=acme&lang=de&code=chc_")
    assert app.ask(cast.bo.client, redirect_uri=CALLBACK).status_code == 400
    swapped = f"{CALLBACK}?lang=de&tenant=acme"
    assert app.ask(cast.bo.client, redirect_uri=swapped).status_code == 400


def test_whoever_says_no_gives_nothing(cast, crm, issuer):
    told = answer_of(crm.decide(cast.bo.client, "deny"))

    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "xyz", issuer)
    assert OAuthConnection.objects.count() == 0


def test_what_was_allowed_is_not_asked_again_and_more_is(cast, crm):
    crm.decide(cast.bo.client)

    assert "code" in answer_of(crm.ask(cast.bo.client))
    assert "code" in answer_of(crm.ask(cast.bo.client, prompt="none"))
    assert crm.ask(cast.bo.client, scope="read write").status_code == 200
    assert crm.ask(cast.bo.client, prompt="consent").status_code == 200
    assert crm.ask(cast.bo.client, prompt="select_account").status_code == 200
    assert crm.ask(cast.cy.client).status_code == 200


def test_who_was_asked_is_asked_again_once_the_app_leads_elsewhere(cast, crm):
    crm.decide(cast.bo.client)
    elsewhere = "https://evil.example/callback"

    services.change_app(cast.ana.actor, app_id=crm.id, redirect_uris=[CALLBACK, elsewhere])

    assert crm.ask(cast.bo.client).status_code == 200
    assert crm.ask(cast.bo.client, redirect_uri=elsewhere).status_code == 200
    crm.decide(cast.bo.client)
    assert "code" in answer_of(crm.ask(cast.bo.client))
    # A yes to the old address is none to the new one.
    assert crm.ask(cast.bo.client, redirect_uri=elsewhere).status_code == 200
    told = answer_of(crm.ask(cast.bo.client, redirect_uri=elsewhere, prompt="none"))
    assert told["error"] == "consent_required"


def test_a_yes_to_a_program_on_the_device_is_none_to_a_server(cast, phone):
    phone.decide(cast.bo.client, redirect_uri=LOOPBACK)

    assert phone.ask(cast.bo.client, redirect_uri=CALLBACK).status_code == 200
    phone.decide(cast.bo.client, redirect_uri=CALLBACK)
    assert "code" in answer_of(phone.ask(cast.bo.client, redirect_uri=CALLBACK))
    assert phone.ask(cast.bo.client, redirect_uri=LOOPBACK).status_code == 200


def test_a_program_on_the_device_is_asked_for_each_time(cast, phone):
    at_port = "http://127.0.0.1:49152/callback"
    assert "a program on this device" in phone.ask(cast.bo.client, redirect_uri=at_port).text
    told = phone.decide(cast.bo.client, redirect_uri=at_port)
    assert told["Location"].startswith(f"{at_port}?code=")

    assert phone.ask(cast.bo.client, redirect_uri=at_port).status_code == 200
    again = phone.ask(cast.bo.client, redirect_uri=at_port, prompt="none")
    assert answer_of(again)["error"] == "consent_required"


# Who ----------------------------------------------------------------------------------------------


def test_strangers_sign_in_first_and_come_back(cast, crm):
    answer = crm.ask(cast.nobody())

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/oauth/authorize%3F")
    assert answer_of(crm.ask(cast.nobody(), prompt="none"))["error"] == "login_required"
    unknown = cast.nobody().get("/oauth/authorize?client_id=x&prompt=none")
    assert (unknown.status_code, "Location" in unknown) == (400, False)


def test_guests_connect_nothing(cast, crm):
    page = crm.ask(cast.eve.client)

    assert (page.status_code, "Your role does not let you" in page.text) == (403, True)
    assert crm.decide(cast.eve.client).status_code == 403
    assert answer_of(crm.ask(cast.eve.client, prompt="none"))["error"] == "access_denied"
    assert OAuthConnection.objects.count() == 0


def test_a_bearer_token_is_no_person(cast, crm):
    answer = crm.decide(cast.bo.api)

    assert answer["Location"].startswith("/accounts/login/")
    assert OAuthGrant.objects.count() == 0


def test_a_form_of_somebody_elses_allows_nothing(cast, crm):
    browser = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    browser.cookies = cast.bo.client.cookies

    assert crm.decide(browser).status_code == 403
    assert OAuthGrant.objects.count() == 0


def test_the_page_may_not_be_framed_and_is_not_kept(cast, crm):
    page = crm.ask(cast.bo.client)

    assert page["X-Frame-Options"] == "DENY"
    assert "no-store" in page["Cache-Control"]
    policy = page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://crm.example https:" in policy


def test_administration_takes_a_fresh_proof(cast, in_acme):
    app = Program(scopes=["read", "admin"])
    _prove(cast.ana, at=time.time() - 3600)

    assert app.ask(cast.ana.client).status_code == 200
    for act in (app.ask, app.decide):
        answer = act(cast.ana.client, scope="admin")
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Foauth%2Fauthorize")
    # A header that a page does not read proves nothing.
    path = f"/oauth/authorize?{app.query(scope='admin')}"
    answer = cast.ana.client.post(path, {"decision": "allow"}, HTTP_AUTHORIZATION="Bearer x")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert OAuthGrant.objects.count() == 0


def test_prompt_none_is_no_way_around_the_question_or_the_proof(cast, in_acme):
    app = Program(scopes=["read", "admin"])
    none = {"prompt": "none"}

    for method in (app.ask, app.decide):
        assert answer_of(method(cast.ana.client, **none))["error"] == "consent_required"
    app.decide(cast.ana.client, scope="admin")
    assert "code" in answer_of(app.ask(cast.ana.client, scope="admin", **none))
    _prove(cast.ana, at=time.time() - 3600)
    before = OAuthGrant.objects.count()
    for method in (app.ask, app.decide):
        told = answer_of(method(cast.ana.client, scope="admin", **none))
        assert told["error"] == "login_required"
    assert OAuthGrant.objects.count() == before


def test_prompt_login_takes_a_proof_that_is_younger_than_the_request(cast, crm):
    _prove(cast.bo, at=time.time() - 3600)
    first = crm.ask(cast.bo.client, prompt="login")
    noted = first["Location"]
    assert "chancery_since=" in noted

    assert cast.bo.client.get(noted)["Location"].startswith("/accounts/reauthenticate/")
    assert cast.bo.client.post(noted, {"decision": "allow"})["Location"].startswith("/accounts/re")
    forged = noted.rpartition("=")[0] + "=1:x:y"
    assert "chancery_since=" in cast.bo.client.get(forged)["Location"]
    _prove(cast.bo, at=time.time())
    assert cast.bo.client.get(noted).status_code == 200
    # It was said for that request: another one of the same app has to be proved for anew.
    other = noted.replace("state=xyz", "state=abc")
    assert other != noted
    assert "chancery_since=" in cast.bo.client.get(other)["Location"]


def _prove(person: Person, *, at: float) -> None:
    session = person.client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.id)
    session.save()


# What ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        ("invalid_request", {"response_type": None}),
        ("unsupported_response_type", {"response_type": "token"}),
        ("unsupported_response_type", {"response_type": "code token"}),
        ("invalid_request", {"response_mode": "fragment"}),
        ("invalid_request", {"code_challenge": None}),
        ("invalid_request", {"code_challenge_method": None}),
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge_method": "s256"}),
        ("invalid_request", {"code_challenge": "short"}),
        ("invalid_request", {"code_challenge": "v" * 44}),
        ("invalid_request", {"code_challenge": "+" * 43}),
        ("invalid_scope", {"scope": "admin"}),
        ("invalid_scope", {"scope": "read admin"}),
        ("invalid_scope", {"scope": "everything"}),
        ("invalid_scope", {"scope": "read  write"}),
        ("invalid_scope", {"scope": "x" * 3000}),
        ("invalid_request", {"prompt": "create"}),
        ("invalid_request", {"prompt": "none login"}),
        ("invalid_request", {"state": "ä"}),
        ("invalid_request", {"state": "x" * 1001}),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["ask", "decide"])
def test_a_wrong_wish_is_told_to_the_app(cast, crm, error, changed, method):
    told = answer_of(getattr(crm, method)(cast.bo.client, **changed))

    assert told["error"] == error
    assert "iss" in told
    assert told.get("state") == (None if "state" in changed else "xyz")
    assert OAuthGrant.objects.count() == 0


@pytest.mark.parametrize("name", ["scope", "state", "response_type", "code_challenge", "resource"])
def test_what_is_sent_twice_is_refused(cast, crm, name):
    query = f"{crm.query(resource='x')}&{name}=read"

    told = answer_of(cast.bo.client.get(f"/oauth/authorize?{query}"))

    assert told["error"] == "invalid_request"


REDIRECT_TRICKS = [
    "https://crm.example/callback/",
    "https://crm.example/callback/../evil",
    "https://crm.example/callback%2f..%2fevil",
    "https://crm.example/%63allback",
    "https://crm.example/Callback",
    "https://crm.example/callback?next=evil",
    "https://crm.example/callback#fragment",
    "https://crm.example/callback#",
    "https://crm.example/callback ",
    " https://crm.example/callback",
    "https://crm.example/callback\n",
    "https://crm.example/callback\x00",
    "https://CRM.example/callback",
    "https://crm.example:443/callback",
    "https://crm.example:8443/callback",
    "https://crm.example./callback",
    "http://crm.example/callback",
    "https://evil.crm.example/callback",
    "https://crm.example.evil.example/callback",
    "https://crm.example@evil.example/callback",
    "https://evil.example/https://crm.example/callback",
    "https://evil.example\\@crm.example/callback",
    "https://crm.example\\.evil.example/callback",
    "https://*.example/callback",
    "//crm.example/callback",
    "/callback",
    "javascript:alert(1)//https://crm.example/callback",
    "data:text/html,x",
    "crm.example/callback",
    "https://crm.example",
    "https://crm.example/callback,https://evil.example",
    "x" * 5000,
    "",
]


@pytest.mark.parametrize("uri", REDIRECT_TRICKS, ids=repr)
@pytest.mark.parametrize("method", ["ask", "decide"])
def test_nobody_is_sent_where_the_app_is_not(cast, crm, uri, method):
    crm.decide(cast.bo.client)
    before = OAuthGrant.objects.count()

    page = getattr(crm, method)(cast.bo.client, redirect_uri=uri)

    assert (page.status_code, "Location" in page) == (400, False)
    assert "evil" not in page.text
    assert OAuthGrant.objects.count() == before


LOOPBACK_TRICKS = [
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:99999999/callback",
    "http://127.0.0.1:1x/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1:80/callback/",
    "http://127.0.0.1.evil.example/callback",
    "http://127.1/callback",
    "http://127.0.0.2/callback",
    "http://localhost:80/callback",
    "http://[::1]:80/callback",
    "https://127.0.0.1:80/callback",
    "https://crm.example:80/callback",
    "http://evil.example:80/callback",
]


@pytest.mark.parametrize("uri", LOOPBACK_TRICKS)
def test_only_the_port_of_a_loopback_address_is_free(cast, phone, uri):
    page = phone.ask(cast.bo.client, redirect_uri=uri)

    assert (page.status_code, "Location" in page) == (400, False)


@pytest.mark.parametrize("uri", [LOOPBACK, "http://127.0.0.1:1/callback"])
def test_the_port_is_free(cast, phone, uri):
    assert phone.ask(cast.bo.client, redirect_uri=uri).status_code == 200


@pytest.mark.parametrize(
    "client_id",
    ["", "x", "x" * 5000, "\x00", "00000000-0000-0000-0000-000000000000", "%", "é", "{}"],
    ids=repr,
)
def test_an_unknown_app_sends_nobody_anywhere(cast, crm, client_id):
    page = crm.ask(cast.bo.client, client_id=client_id)

    assert (page.status_code, "Location" in page) == (400, False)


def test_the_id_is_written_in_one_way(cast, crm):
    for other in (crm.client_id.upper(), crm.client_id.replace("-", ""), f"{{{crm.client_id}}}"):
        assert crm.ask(cast.bo.client, client_id=other).status_code == 400


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_two_apps_or_two_addresses_are_none(cast, crm, name):
    for value in ("https://evil.example/", crm.uri, crm.client_id):
        query = f"{crm.query()}&{urlencode({name: value})}"
        page = cast.bo.client.get(f"/oauth/authorize?{query}")
        assert (page.status_code, "Location" in page) == (400, False)


@pytest.mark.parametrize("query", ["%ff=%fe", "&".join(["a=b"] * 50), "=" * 9000, "a=%00"])
def test_what_cannot_be_read_is_a_page(cast, crm, query):
    page = cast.bo.client.get(f"/oauth/authorize?{query}")

    assert (page.status_code, "Location" in page) == (400, False)


def test_an_app_that_was_ended_is_unknown(cast, crm):
    services.revoke_app(cast.ana.actor, app_id=crm.id)

    assert crm.ask(cast.bo.client).status_code == 400
    assert crm.decide(cast.bo.client).status_code == 400


def test_an_app_that_acts_by_itself_asks_nobody(cast, in_acme):
    app = Program(grants=["client_credentials"])

    assert answer_of(app.ask(cast.bo.client))["error"] == "unauthorized_client"


def test_an_app_of_another_organisation_is_unknown_here(cast, in_acme):
    theirs = Program("globex")

    assert theirs.ask(cast.dee.client).status_code == 200
    assert theirs.ask(cast.bo.client).status_code == 400
