"""A provider ends sessions by a logout token of its own, without any browser; nobody else can."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client

from accounts.people.models import User
from accounts.sessions.models import Session
from accounts.sso import services
from accounts.sso.models import Arrival, IdentityProvider, Outcome, SsoSession
from accounts.sso.oidc.logout import EVENT
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import ask, come, sign_in
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_saml import who
from tests.accounts.test_second_factors import SECRET, code_now
from tests.accounts.test_sockets import AT_MOST_S, REVOKED, open_socket
from tests.live.test_server import WAIT_S, Server

BACK = "/accounts/oidc/op/logout/back/"
SECOND_FACTOR = "/accounts/2fa/authenticate/"


def logout_claims(op: Op, **changes: Any) -> dict[str, Any]:
    """What a good logout token of Kim's session says; `None` leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": op.issuer,
        "aud": "client",
        "iat": now,
        "exp": now + 120,
        "jti": uuid4().hex,
        "sub": "kim-1",
        "sid": "s1",
        "events": {EVENT: {}},
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def logout_token(op: Op, **changes: Any) -> str:
    return op.signed(logout_claims(op, **changes), headers={"kid": "k1", "typ": "logout+jwt"})


def bring(token: Any, host: str = "acme", **more: Any) -> Any:
    """As the provider does: from its own machine, without a cookie."""
    browser = Client(HTTP_HOST=f"{host}.localhost", enforce_csrf_checks=True)
    return browser.post(BACK, {"logout_token": token} | more)


@pytest.fixture
def kim(provider: IdentityProvider, op: Op, browser: Client) -> Client:
    """The browser of somebody whom the provider has signed in, in its session s1."""
    op.claims["sid"] = "s1"
    sign_in(browser, op)
    assert who(browser) == "kim@corp.example"
    return browser


@pytest.mark.parametrize(
    "named", [{}, {"sid": None}, {"sub": None}], ids=["both", "the_person", "the_session"]
)
def test_the_provider_ends_the_session(kim, op, named):
    response = bring(logout_token(op, **named))

    assert (response.status_code, response.content) == (200, b"")
    assert "no-store" in response["Cache-Control"]
    assert who(kim) is None
    with in_tenant("acme"):
        assert SsoSession.objects.count() == 0
        assert Entry.objects.filter(type="chancery.session.revoked.v1").count() == 1
        (told,) = Entry.objects.filter(type="chancery.sso.signed_out.v1")
        assert told.data["sessions"] == 1


def test_only_the_session_it_names(kim, op):
    op.claims["sid"] = "s2"
    other = Client(HTTP_HOST="acme.localhost")
    sign_in(other, op)

    bring(logout_token(op, sid="s2"))

    assert (who(kim), who(other)) == ("kim@corp.example", None)


def test_a_person_without_a_session_named_is_signed_out_everywhere(kim, op):
    op.claims["sid"] = "s2"
    other = Client(HTTP_HOST="acme.localhost")
    sign_in(other, op)

    bring(logout_token(op, sid=None))

    assert (who(kim), who(other)) == (None, None)


@pytest.mark.parametrize(
    "named", [{"sid": "s9"}, {"sub": "lee-1"}, {"sid": "S1"}, {"sub": None, "sid": "S1"}], ids=str
)
def test_what_is_not_here_has_ended(kim, op, named):
    response = bring(logout_token(op, **named))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert who(kim) == "kim@corp.example"
    with in_tenant("acme"):
        assert Entry.objects.filter(type="chancery.sso.signed_out.v1").count() == 0


def test_a_session_that_was_opened_otherwise_stays(cast, kim, op):
    bring(logout_token(op, sub=str(cast.ana.actor.user_id), sid=None))

    assert who(cast.ana.client) == "ana@acme.example"


def test_a_token_counts_once(kim, op):
    token = logout_token(op)
    bring(token)
    sign_in(kim, op)

    response = bring(token)

    assert response.status_code == 400
    assert who(kim) == "kim@corp.example"


def test_of_two_at_once_one_counts(real_commits, kim, op):
    token, barrier = logout_token(op), Barrier(2)

    def send(_number: int) -> int:
        barrier.wait()
        return bring(token).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [200, 400]
    assert who(kim) is None


type Make = Callable[[Op], Any]
STRANGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _claims(**changes: Any) -> Make:
    def make(op: Op) -> str:
        return logout_token(op, **changes)

    return make


def _headers(**headers: Any) -> Make:
    def make(op: Op) -> str:
        return op.signed(logout_claims(op), headers={"kid": "k1"} | headers)

    return make


def _flipped(op: Op) -> str:
    head, body, signature = logout_token(op).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "kim-1 "
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{signature}"


def _at(name: str, seconds: int) -> Make:
    def make(op: Op) -> str:
        return logout_token(op, **{name: int(time.time()) + seconds})

    return make


HOSTILE: dict[str, Make] = {
    "nothing": lambda op: "",
    "no_token": lambda op: "hello",
    "two_dots": lambda op: "..",
    "encrypted": lambda op: "a.b.c.d.e",
    "nul": lambda op: "\x00",
    "a_megabyte": lambda op: "x" * 1_000_000,
    "another_alphabet": lambda op: "тест.тест.тест",
    "not_signed": lambda op: jwt.encode(logout_claims(op), None, algorithm="none"),
    "signature_cut_off": lambda op: logout_token(op).rpartition(".")[0] + ".",
    "signed_with_the_clients_secret": lambda op: jwt.encode(
        logout_claims(op), "between us" * 4, algorithm="HS256", headers={"kid": "k1"}
    ),
    "signed_by_another_key": lambda op: jwt.encode(
        logout_claims(op), STRANGE, algorithm="RS256", headers={"kid": "k1"}
    ),
    "signed_by_a_key_nobody_knows": _headers(kid="k9"),
    "another_algorithm_than_the_keys": lambda op: jwt.encode(
        logout_claims(op),
        ec.generate_private_key(ec.SECP256R1()),
        algorithm="ES256",
        headers={"kid": "k1"},
    ),
    "with_its_own_key": lambda op: jwt.encode(
        logout_claims(op),
        STRANGE,
        algorithm="RS256",
        headers={
            "kid": "k9",
            "jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGE.public_key())),
        },
    ),
    "with_a_key_to_fetch": _headers(kid="k9", jku="http://127.0.0.1:9/", x5u="http://127.0.0.1:9/"),
    "with_a_header_to_understand": _headers(crit=["exp"]),
    "an_access_token": _headers(typ="at+jwt"),
    "a_security_event": _headers(typ="secevent+jwt"),
    "a_type_in_a_list": _headers(typ=["logout+jwt"]),
    "changed_afterwards": _flipped,
    "an_id_token": lambda op: op.signed(op.token_claims()),
    "an_id_token_with_events": lambda op: op.signed(
        op.token_claims() | {"events": {EVENT: {}}, "jti": "j", "nonce": "n"}
    ),
    "a_nonce_that_is_null": lambda op: op.signed(logout_claims(op) | {"nonce": None}),
    "another_issuer": _claims(iss="https://evil.example"),
    "a_trailing_slash": lambda op: logout_token(op, iss=f"{op.issuer}/"),
    "issuers_in_a_list": lambda op: jwt.api_jws.encode(
        json.dumps(logout_claims(op, iss=[op.issuer])).encode(),
        op.keys["k1"],
        algorithm="RS256",
        headers={"kid": "k1"},
    ),
    "no_issuer": _claims(iss=None),
    "another_client": _claims(aud="other"),
    "a_client_that_begins_alike": _claims(aud="client2"),
    "two_clients_without_a_party": _claims(aud=["client", "other"]),
    "another_party": _claims(azp="other"),
    "no_client": _claims(aud=None),
    "clients_in_an_object": _claims(aud={"client": True}),
    "no_client_at_all": _claims(aud=[]),
    "expired": _at("exp", -100),
    "no_expiry": _claims(exp=None),
    "an_expiry_in_quotes": _claims(exp="9999999999"),
    "an_expiry_without_end": _claims(exp=10**400),
    "good_for_a_day": _at("exp", 86_400),
    "no_issue": _claims(iat=None),
    "issued_tomorrow": _at("iat", 86_400),
    "issued_two_hours_ago": _at("iat", -7_200),
    "an_issue_that_is_none": _claims(iat="now"),
    "an_issue_in_quotes": lambda op: logout_token(op, iat=str(int(time.time()))),
    "not_good_yet": _at("nbf", 600),
    "no_identifier": _claims(jti=None),
    "an_empty_identifier": _claims(jti=""),
    "an_identifier_that_is_a_number": _claims(jti=7),
    "a_long_identifier": _claims(jti="x" * 300),
    "no_events": _claims(events=None),
    "events_in_a_list": _claims(events=[EVENT]),
    "events_in_text": _claims(events=EVENT),
    "another_event": _claims(events={"http://schemas.openid.net/event/other": {}}),
    "an_event_that_is_text": _claims(events={EVENT: "yes"}),
    "an_event_that_is_null": _claims(events={EVENT: None}),
    "nobody": _claims(sub=None, sid=None),
    "a_subject_that_is_a_number": _claims(sub=7),
    "a_subject_in_a_list": _claims(sub=["kim-1"], sid=None),
    "an_empty_subject": _claims(sub="", sid=None),
    "a_subject_with_blanks": _claims(sub=" kim-1", sid=None),
    "a_subject_with_nul": _claims(sub="kim-1\x00", sid=None),
    "a_lone_surrogate": _claims(sub="\ud800", sid=None),
    "a_long_subject": _claims(sub="x" * 300),
    "an_empty_session": _claims(sub=None, sid=""),
    "a_session_with_nul": _claims(sid="\x00"),
    "a_session_that_is_a_number": _claims(sid=1),
    "sessions_in_a_list": _claims(sid=["s1"]),
    "a_long_session": _claims(sid="x" * 300),
    "any_session": _claims(sub=None, sid="%"),
}
UNKNOWN = frozenset({"any_session"})
"""Good tokens about what is not here."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_signs_nobody_out(kim, op, name):
    response = bring(HOSTILE[name](op))

    assert response.status_code == (200 if name in UNKNOWN else 400), response.content
    assert "no-store" in response["Cache-Control"]
    assert who(kim) == "kim@corp.example"
    with in_tenant("acme"):
        refused = Arrival.objects.filter(outcome=Outcome.REFUSED)
        events = Entry.objects.filter(type="chancery.sso.refused.v1")
        wanted = 0 if name in UNKNOWN else 1
        assert (refused.count(), events.count()) == (wanted, wanted)
    if wanted:
        assert response.json()["error"] == "invalid_request"
        assert response.json()["error_description"]


@pytest.mark.parametrize("how", ["get", "query", "twice", "json", "other_field", "garbage", "head"])
def test_a_token_comes_by_one_form_field(kim, op, how):
    token = logout_token(op)
    browser = Client(HTTP_HOST="acme.localhost")
    response = {
        "get": lambda: browser.get(BACK, {"logout_token": token}),
        "head": lambda: browser.head(BACK, {"logout_token": token}),
        "query": lambda: browser.post(f"{BACK}?logout_token={token}"),
        "twice": lambda: bring([token, token]),
        "json": lambda: browser.post(
            BACK, json.dumps({"logout_token": token}), content_type="application/json"
        ),
        "other_field": lambda: browser.post(BACK, {"id_token": token}),
        "garbage": lambda: browser.post(
            BACK, b"\xff\x00--", content_type="multipart/form-data; boundary=x"
        ),
    }[how]()

    assert response.status_code == (405 if how in ("get", "head") else 400)
    assert who(kim) == "kim@corp.example"


def test_a_new_key_of_the_provider_is_found(kim, op):
    op.rotate()

    response = bring(op.signed(logout_claims(op)))

    assert response.status_code == 200
    assert who(kim) is None


def test_a_provider_whose_keys_cannot_be_read_signs_nobody_out(kim, op, cast):
    from django.core.cache import cache

    with in_tenant("acme"):
        cache.clear()
    op.instead["/jwks"] = (500, "text/plain", b"")

    assert bring(logout_token(op)).status_code == 400
    assert who(kim) == "kim@corp.example"


def test_another_provider_that_knows_the_name_signs_nobody_out(cast, kim, op):
    with in_tenant("acme"):
        made = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="other",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
        services.switch(cast.ana.actor, provider_id=made.id, state="on")

    response = Client(HTTP_HOST="acme.localhost").post(
        "/accounts/oidc/other/logout/back/", {"logout_token": logout_token(op)}
    )

    assert response.status_code == 200
    assert who(kim) == "kim@corp.example"


def test_another_organisation_is_not_reached(cast, kim, op):
    with in_tenant("globex"):
        made = services.add_provider(
            cast.dee.actor,
            kind="oidc",
            slug="op",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
        services.switch(cast.dee.actor, provider_id=made.id, state="on")

    assert bring(logout_token(op), host="globex").status_code == 200
    assert who(kim) == "kim@corp.example"


def test_the_organisation_may_switch_it_off(cast, kim, op, provider):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor, provider_id=provider.id, options={"single_logout": False}
        )

    assert bring(logout_token(op)).status_code == 400
    assert who(kim) == "kim@corp.example"


def test_a_saml_provider_and_one_that_is_not_there_have_no_such_address(kim, door, op):
    browser = Client(HTTP_HOST="acme.localhost")
    for slug in ("okta", "nobody"):
        path = f"/accounts/oidc/{slug}/logout/back/"
        assert browser.post(path, {"logout_token": logout_token(op)}).status_code == 404


@pytest.mark.parametrize("sid", ["a\x00b", 7, "x" * 300, None], ids=["nul", "number", "long", "no"])
def test_a_session_name_that_no_token_could_name_is_none(provider, op, browser, sid):
    op.claims["sid"] = sid

    sign_in(browser, op)

    assert who(browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert SsoSession.objects.get().session_index == ""


class TestSockets:
    @pytest.fixture
    def server(self, cast, real_commits) -> Iterator[Server]:
        made = Server()
        yield made
        made.kill()

    def test_the_sockets_of_the_session_close_within_two_seconds(self, server, cast, kim, op):
        class Kim:
            host = "acme.localhost"

        key = kim.cookies["session"].value

        async def live_through_it() -> tuple[int | None, float]:
            client = await open_socket(server, Kim(), key)  # pyright: ignore
            begun = time.perf_counter()
            response = await asyncio.to_thread(bring, logout_token(op))
            assert response.status_code == 200
            await asyncio.wait_for(client.wait_closed(), WAIT_S)
            return client.close_code, time.perf_counter() - begun

        code, seconds = asyncio.run(live_through_it())

        assert code == REVOKED
        assert seconds < AT_MOST_S
        with in_tenant("acme"):
            assert not Session.objects.filter(session_key=key).exists()


def test_signing_out_here_asks_the_provider_to_do_the_same(kim, op):
    response = kim.post("/accounts/logout/")
    assert response["Location"].startswith("/accounts/oidc/op/logout/?")
    assert who(kim) is None

    page = kim.get(response["Location"])

    url = urlsplit(page.context["url"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{op.issuer}/end"
    assert asked["client_id"] == "client"
    assert asked["post_logout_redirect_uri"].endswith("/accounts/oidc/op/logout/done/")
    hint = jwt.decode(asked["id_token_hint"], options={"verify_signature": False})
    assert (hint["sub"], hint["sid"]) == ("kim-1", "s1")

    back = kim.get("/accounts/oidc/op/logout/done/", {"state": asked["state"]})
    again = kim.get("/accounts/oidc/op/logout/done/", {"state": asked["state"]})
    stranger = kim.get("/accounts/oidc/op/logout/done/", {"state": "x"})

    assert "You are signed out" in back.text
    assert [again["Location"], stranger["Location"]] == ["/accounts/login/"] * 2


def test_the_token_that_opened_a_session_is_sealed_and_never_with_the_session(kim, op):
    with in_tenant("acme"):
        session = Session.objects.get(session_key=kim.cookies["session"].value)
        assert "hint" not in session.get_decoded()["sso"]
        row = SsoSession.objects.get()
        assert row.hint.startswith("v1.")
        assert "eyJ" not in row.hint


def test_a_token_too_long_for_an_address_is_not_sent_back(provider, op, browser):
    op.claims["groups"] = ["x" * 40] * 100
    sign_in(browser, op)

    page = browser.get(browser.post("/accounts/logout/")["Location"])

    assert "id_token_hint" not in page.context["url"]
    assert "post_logout_redirect_uri" in page.context["url"]


def test_an_address_to_sign_out_that_we_did_not_seal_leads_nowhere(kim):
    for token in ("", "x", "v1.AAAA"):
        response = kim.get("/accounts/oidc/op/logout/", {"for": token})
        assert response["Location"] == "/accounts/login/"


def test_a_good_answer_after_a_logout_opens_a_new_session(kim, op):
    bring(logout_token(op))

    assert come(kim, state=ask(kim, op)["state"]).status_code == 302
    assert who(kim) == "kim@corp.example"


# Between the first factor and the second


@pytest.fixture
def half_in(kim: Client, op: Op) -> Client:
    """Kim has an authenticator app; this browser of hers has come from the provider so far."""
    with in_tenant("acme"):
        user = User.objects.get(email="kim@corp.example")
        secret = get_adapter().encrypt(SECRET)
        Authenticator.objects.create(user=user, type="totp", data={"secret": secret})
    bring(logout_token(op))
    client = Client(HTTP_HOST="acme.localhost")
    assert sign_in(client, op)["Location"] == SECOND_FACTOR
    return client


def enter_code(client: Client) -> Any:
    return client.post(SECOND_FACTOR, {"code": code_now()})


def test_a_sign_in_that_is_half_made_goes_on_to_the_end(half_in):
    response = enter_code(half_in)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert who(half_in) == "kim@corp.example"
    with in_tenant("acme"):
        noted, session = SsoSession.objects.get(), Session.objects.get(user_id__isnull=False)
        assert (noted.session_id, noted.session_index) == (session.id, "s1")


@pytest.mark.parametrize(
    "named", [{}, {"sid": None}, {"sub": None}], ids=["both", "the_person", "the_session"]
)
def test_a_logout_ends_a_sign_in_that_is_half_made(half_in, op, named):
    assert bring(logout_token(op, **named)).status_code == 200

    response = enter_code(half_in)

    assert response["Location"].startswith("/accounts/login/")
    assert who(half_in) is None
    with in_tenant("acme"):
        assert SsoSession.objects.count() == 0
        assert Session.objects.filter(user_id__isnull=False).count() == 0


def test_a_logout_of_somebody_else_leaves_it_alone(half_in, op):
    assert bring(logout_token(op, sub="lee-2", sid="s2")).status_code == 200

    enter_code(half_in)

    assert who(half_in) == "kim@corp.example"


def test_a_logout_at_the_very_moment_of_coming_in_counts(half_in, op, monkeypatch):
    """After the session has its new key, before its names follow: the last moment there is."""
    answers = []
    monkeypatch.setattr(
        "django.contrib.auth.rotate_token",
        lambda request: answers.append(bring(logout_token(op)).status_code),
    )

    response = enter_code(half_in)

    assert answers == [200]
    assert response["Location"] == "/accounts/login/"
    assert who(half_in) is None
    with in_tenant("acme"):
        assert Session.objects.filter(user_id__isnull=False).count() == 0
        refused = Entry.objects.get(type="chancery.sign_in.refused.v1")
        assert (refused.data["method"], refused.data["reason"]) == ("sso", "signed_out")
        assert Entry.objects.filter(type="chancery.session.started.v1").count() == 1
