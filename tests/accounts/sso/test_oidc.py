"""OpenID Connect: who comes in, and every answer that must not let anybody in."""

import base64
import hashlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from accounts.people.models import User
from accounts.sso import fetch, services
from accounts.sso.models import Arrival, ExternalIdentity, IdentityProvider, Outcome
from core.errors import Invalid
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import ask, come, sign_in
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_saml import who


def test_somebody_new_comes_in(provider, op, browser):
    op.userinfo = {"name": "Kim Novak"}
    asked = ask(browser, op)

    response = come(browser, state=asked["state"])

    assert (response.status_code, response["Location"]) == (302, "/")
    assert who(browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert User.objects.get(email="kim@corp.example").name == "Kim Novak"
    form = dict(op.asked)["/token"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
    assert asked["code_challenge"] == challenge.rstrip(b"=").decode()
    assert (asked["code_challenge_method"], form["code"]) == ("S256", "the-code")
    assert "between us" not in str(form)


def test_a_new_key_is_found_by_asking_again(provider, op, browser):
    sign_in(browser, op)
    op.rotate()
    other = Client(HTTP_HOST="acme.localhost")

    sign_in(other, op)

    assert who(other) == "kim@corp.example"


def test_the_secret_is_sealed_and_never_shown(cast, provider):
    with in_tenant("acme"):
        row = IdentityProvider.objects.get()
        assert "between us" not in row.secret
        assert services.client_secret(row) == "between us"
        assert "between us" not in str(list(Entry.objects.values_list("data", flat=True)))
    shown = cast.ana.client.get(f"/api/v1/identity-providers/{provider.id}")
    page = cast.ana.client.get(f"/admin/accounts/identityprovider/{provider.id}/change/")
    assert (shown.status_code, page.status_code) == (200, 200)
    assert "between us" not in shown.text + page.text


type Change = Callable[[Op], Any]
WRONG: dict[str, Change] = {
    "another_issuer": lambda op: op.claims.update(iss="https://evil.example"),
    "another_client": lambda op: op.claims.update(aud="other"),
    "two_clients_without_a_party": lambda op: op.claims.update(aud=["client", "other"]),
    "another_party": lambda op: op.claims.update(azp="other"),
    "expired": lambda op: op.claims.update(exp=int(time.time()) - 100),
    "issued_tomorrow": lambda op: op.claims.update(iat=int(time.time()) + 86_400),
    "not_good_yet": lambda op: op.claims.update(nbf=int(time.time()) + 600),
    "another_nonce": lambda op: op.claims.update(nonce="other"),
    "no_nonce": lambda op: op.without.add("nonce"),
    "no_expiry": lambda op: op.without.add("exp"),
    "no_issue": lambda op: op.without.add("iat"),
    "issued_yesterday": lambda op: op.claims.update(iat=int(time.time()) - 86_400),
    "no_subject": lambda op: op.without.add("sub"),
    "an_empty_subject": lambda op: op.claims.update(sub=""),
    "a_subject_with_blanks": lambda op: op.claims.update(sub=" kim-1"),
    "a_long_subject": lambda op: op.claims.update(sub="x" * 300),
    "a_subject_that_is_a_number": lambda op: op.claims.update(sub=7),
    "a_time_that_is_none": lambda op: op.claims.update(exp="never"),
    "a_time_in_quotes": lambda op: op.claims.update(iat=str(int(time.time()))),
    "an_end_in_quotes": lambda op: op.claims.update(exp=str(int(time.time()) + 300)),
    "a_time_without_end": lambda op: op.claims.update(exp=10**400),
    "another_access_token": lambda op: op.claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "a_hash_that_is_a_list": lambda op: op.claims.update(at_hash=[1]),
    "no_address": lambda op: op.without.add("email"),
    "a_look_alike_address": lambda op: op.claims.update(email="kіm@corp.example"),
    "an_address_that_is_none": lambda op: op.claims.update(email="kim"),
    "not_signed": lambda op: setattr(
        op, "token", lambda claims: jwt.encode(claims, None, algorithm="none")
    ),
    "signed_with_the_clients_secret": lambda op: setattr(
        op, "token", lambda claims: jwt.encode(claims, "between us" * 4, algorithm="HS256")
    ),
    "signed_by_another_key": lambda op: setattr(
        op,
        "token",
        lambda claims: jwt.encode(
            claims,
            rsa.generate_private_key(public_exponent=65537, key_size=2048),
            algorithm="RS256",
            headers={"kid": "k1"},
        ),
    ),
    "signed_by_a_key_nobody_knows": lambda op: setattr(
        op, "token", lambda claims: op.signed(claims, headers={"kid": "k9"})
    ),
    "with_its_own_key": lambda op: setattr(
        op,
        "token",
        lambda claims: op.signed(
            claims, headers={"kid": "k9", "jwk": op.jwks()["keys"][0], "jku": "http://127.0.0.1:9"}
        ),
    ),
    "with_a_header_to_understand": lambda op: setattr(
        op, "token", lambda claims: op.signed(claims, headers={"kid": "k1", "crit": ["exp"]})
    ),
    "no_token_at_all": lambda op: setattr(op, "token", lambda claims: "hello"),
    "a_token_that_is_null": lambda op: setattr(op, "token", lambda claims: None),
    "a_token_of_a_megabyte": lambda op: op.claims.update(x="x" * 500_000),
    "the_code_is_refused": lambda op: op.instead.update(
        {"/token": (400, "application/json", b'{"error": "invalid_grant"}')}
    ),
    "garbage": lambda op: op.instead.update({"/token": (200, "application/json", b"\x00\xff{")}),
    "a_list": lambda op: op.instead.update({"/token": (200, "application/json", b"[1]")}),
    "depth": lambda op: op.instead.update({"/token": (200, "application/json", b"[" * 200_000)}),
    "two_megabytes": lambda op: op.instead.update({"/token": (200, "text/html", b"x" * 2_000_000)}),
    "a_server_error": lambda op: op.instead.update({"/token": (500, "text/html", b"oops")}),
    "no_http": lambda op: op.instead.update({"/token": lambda h: h.wfile.write(b"\r\nhello")}),
    "hangs_up": lambda op: op.instead.update(
        {"/token": lambda h: h.connection.shutdown(socket.SHUT_RDWR)}
    ),
    "no_keys": lambda op: op.instead.update({"/jwks": (404, "text/html", b"")}),
    "keys_that_are_none": lambda op: op.instead.update(
        {"/jwks": (200, "application/json", b'{"keys": [{"kid": "k1"}, 7, {"kty": "oct"}]}')}
    ),
    "another_person_by_userinfo": lambda op: op.userinfo.update(sub="somebody-else"),
    "no_userinfo": lambda op: op.instead.update({"/userinfo": (403, "text/html", b"")}),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_answer_is_refused(provider, op, browser, name):
    WRONG[name](op)
    with in_tenant("acme"):
        people = User.objects.count()

    response = sign_in(browser, op)

    assert response.status_code == 403
    assert "You are not signed in" in response.text
    assert who(browser) is None
    with in_tenant("acme"):
        assert (User.objects.count(), ExternalIdentity.objects.count()) == (people, 0)
        arrival = Arrival.objects.get()
        assert (arrival.outcome, arrival.code != "") == (Outcome.REFUSED, True)
        assert Entry.objects.filter(type="chancery.sso.refused.v1").count() == 1


def test_a_provider_that_trickles_is_given_up(provider, op, browser, monkeypatch):
    monkeypatch.setattr(fetch, "WITHIN_S", 0.6)

    def trickle(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    op.instead["/token"] = trickle
    asked = ask(browser, op)
    started = time.monotonic()

    response = come(browser, state=asked["state"])

    assert response.status_code == 403
    assert "in time" in response.text
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "query",
    [
        {"state": "other"},
        {"state": ""},
        {"state": "x" * 10_000},
        {"code": ""},
        {"code": "x" * 10_000},
        {"error": "access_denied"},
        {"iss": "https://evil.example"},
    ],
    ids=str,
)
def test_a_wrong_return_is_refused(provider, op, browser, query):
    asked = ask(browser, op)

    response = come(browser, **{"state": asked["state"]} | query)

    assert response.status_code == 403
    assert who(browser) is None
    assert "/token" not in dict(op.asked)


def test_a_return_counts_once_and_for_its_own_browser(provider, op, browser):
    asked = ask(browser, op)
    other = Client(HTTP_HOST="acme.localhost")

    assert come(other, state=asked["state"]).status_code == 403
    assert come(browser, state=asked["state"]).status_code == 302
    assert come(browser, state=asked["state"]).status_code == 403
    assert who(other) is None


def test_a_return_to_another_organisation_is_refused(cast, provider, op, browser):
    with in_tenant("globex"):
        theirs = services.add_provider(
            cast.dee.actor,
            kind="oidc",
            slug="op",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
        services.switch(cast.dee.actor, provider_id=theirs.id, state="on")
    asked = ask(browser, op)
    there = Client(HTTP_HOST="globex.localhost")
    there.cookies["session"] = browser.cookies["session"].value

    response = there.get(
        "/accounts/oidc/op/login/callback/", {"state": asked["state"], "code": "c"}
    )

    assert response.status_code == 403
    assert who(there) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://192.168.1.1/",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "file:///etc/passwd",
        "ftp://idp.example/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://idp.example/",
        "https://user:secret@idp.example/",
        "https://",
        "https://idp.example:99999/",
        "https://idp.example\\@127.0.0.1/",
        "http://127.0.0.1\r\nX: y/",
        "https://no-such-host.invalid/",
    ],
)
def test_nothing_of_our_own_network_is_fetched(cast, url, monkeypatch, settings):
    settings.CHANCERY_LOCAL_PROVIDERS = "2130706433" not in url and "0x7f" not in url
    for kind, trust in (("saml", {}), ("oidc", {"client_id": "client"})):
        with in_tenant("acme"), pytest.raises(Invalid) as refused:
            services.add_provider(
                cast.ana.actor, kind=kind, slug="x", metadata_url=url, trust=trust
            )
        assert refused.value.errors[0].field == "metadata_url"
    with in_tenant("acme"):
        assert IdentityProvider.objects.count() == 0


def test_loopback_is_for_development_and_never_our_own_ports(cast, op, settings):
    own = f"http://127.0.0.1:{settings.CHANCERY_PORT}/"
    with pytest.raises(fetch.Refused, match="private_address"):
        fetch.get(own)
    settings.CHANCERY_LOCAL_PROVIDERS = False
    for url in (op.issuer, op.issuer.replace("http:", "https:")):
        with pytest.raises(fetch.Refused, match=r"address"):
            fetch.get(url)


def test_a_name_that_leads_into_our_network_is_not_followed(monkeypatch, settings):
    settings.CHANCERY_LOCAL_PROVIDERS = False
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.1.2.3", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    with pytest.raises(fetch.Refused, match="private_address"):
        fetch.get("https://idp.example/")


def test_redirects_are_not_followed(op):
    op.instead["/moved"] = lambda handler: (
        handler.send_response(302),
        handler.send_header("Location", "http://169.254.169.254/"),
        handler.end_headers(),
    )

    with pytest.raises(fetch.Refused, match="redirected"):
        fetch.get(f"{op.issuer}/moved")


def test_a_document_that_speaks_for_another_issuer_is_refused(cast, op):
    described = op.described() | {"issuer": "https://accounts.google.com"}
    content = json.dumps(described).encode()
    op.instead["/.well-known/openid-configuration"] = (200, "application/json", content)

    with in_tenant("acme"), pytest.raises(Invalid, match="issuer"):
        services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="x",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
