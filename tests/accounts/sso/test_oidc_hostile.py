"""OpenID Connect: tokens, keys and answers as an attacker makes them, beyond what is merely wrong.

Each is refused in words, with a security event, nobody is signed in, and nothing is changed.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client

from accounts.people.models import User
from accounts.sso import fetch, services
from accounts.sso.models import Arrival, ExternalIdentity, Outcome
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import ask, come, sign_in
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_saml import who

type Prepare = Callable[[Op], Any]
STRANGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)
NEVER = "http://127.0.0.1:9/keys"


def part(value: Any) -> str:
    """One part of a token, as it stands in it."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def made(make: Callable[[Op, dict[str, Any]], Any]) -> Prepare:
    """The provider answers with a token that is made like this."""

    def prepare(op: Op) -> None:
        op.token = lambda claims: make(op, claims)

    return prepare


def claims(**changes: Any) -> Prepare:
    return lambda op: op.claims.update(changes)


def headers(**more: Any) -> Prepare:
    return made(lambda op, said: op.signed(said, headers={"kid": "k1"} | more))


def keys(*published: Any, kid: str = "k1") -> Prepare:
    """The provider publishes these keys; `None` stands for its own."""

    def prepare(op: Op) -> None:
        own = op.jwks()["keys"][0]
        found = [own if key is None else key(own) if callable(key) else key for key in published]
        op.instead["/jwks"] = (200, "application/json", json.dumps({"keys": found}).encode())
        assert kid in op.keys

    return prepare


def by_hand(header: dict[str, Any], secret: bytes | None = None) -> Prepare:
    """A token that no library would make."""

    def make(op: Op, said: dict[str, Any]) -> str:
        signed = f"{part(header)}.{part(said)}"
        digest = b"" if secret is None else hmac.digest(secret, signed.encode(), hashlib.sha256)
        return f"{signed}.{part(digest)}"

    return made(make)


def public_pem(op: Op) -> bytes:
    key = op.keys["k1"].public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def confused(op: Op) -> None:
    """The public key, taken for a shared secret."""
    by_hand({"alg": "HS256", "kid": "k1", "typ": "JWT"}, public_pem(op))(op)


def by_small_key(op: Op) -> None:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SMALL.public_key()))
    keys(jwk | {"kid": "k1"})(op)
    op.token = lambda said: jwt.encode(said, SMALL, algorithm="RS256", headers={"kid": "k1"})


def nested(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


def raw_claims(text: str) -> Prepare:
    """A signed token whose claims end in this text, which may be no JSON that we would write."""

    def make(op: Op, said: dict[str, Any]) -> str:
        payload = (json.dumps(said)[:-1] + text + "}").encode()
        return jwt.api_jws.encode(payload, op.keys["k1"], algorithm="RS256", headers={"kid": "k1"})

    return made(make)


def instead(path: str, status: int, body: bytes, kind: str = "application/json") -> Prepare:
    return lambda op: op.instead.update({path: (status, kind, body)})


def moved(path: str) -> Prepare:
    def answer(handler: Any) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return lambda op: op.instead.update({path: answer})


HOSTILE: dict[str, Prepare] = {
    "none_in_capitals": by_hand({"alg": "NONE", "kid": "k1"}),
    "none_in_both": by_hand({"alg": "nOnE", "kid": "k1"}),
    "no_algorithm": by_hand({"kid": "k1"}),
    "an_empty_algorithm": by_hand({"alg": "", "kid": "k1"}),
    "an_algorithm_in_a_list": by_hand({"alg": ["RS256"], "kid": "k1"}),
    "an_algorithm_with_blanks": by_hand({"alg": "RS256 ", "kid": "k1"}),
    "an_algorithm_in_small_letters": by_hand({"alg": "rs256", "kid": "k1"}),
    "the_public_key_as_a_secret": confused,
    "nothing_as_a_secret": by_hand({"alg": "HS256", "kid": "k1"}, b""),
    "the_clients_secret": by_hand({"alg": "HS256", "kid": "k1"}, b"between us"),
    "another_hash_than_the_keys": made(
        lambda op, said: op.signed(said, algorithm="RS512", headers={"kid": "k1"})
    ),
    "another_kind_than_the_keys": made(
        lambda op, said: jwt.encode(
            said,
            ec.generate_private_key(ec.SECP256R1()),
            algorithm="ES256",
            headers={"kid": "k1"},
        )
    ),
    "its_own_key_beside_a_good_name": made(
        lambda op, said: jwt.encode(
            said,
            STRANGE,
            algorithm="RS256",
            headers={
                "kid": "k1",
                "jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGE.public_key())),
                "jku": NEVER,
                "x5u": NEVER,
                "x5c": ["AAAA"],
            },
        )
    ),
    "a_name_that_is_a_path": headers(kid="../../../../dev/null"),
    "a_name_that_is_an_address": headers(kid=NEVER),
    "a_name_of_ten_thousand": headers(kid="x" * 10_000),
    "a_name_with_nul": headers(kid="k1\x00"),
    "a_name_that_is_a_list": by_hand({"alg": "RS256", "kid": ["k1"]}),
    "a_name_that_is_an_object": by_hand({"alg": "RS256", "kid": {"k": 1}}),
    "critical_things": headers(crit=["b64"], b64=False),
    "encrypted": made(lambda op, said: "a.b.c.d.e"),
    "encrypted_by_its_header": made(
        lambda op, said: f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.x.x.x.x"
    ),
    "packed": headers(zip="DEF", crit=["zip"]),
    "a_header_that_is_a_list": made(lambda op, said: f"{part([1])}.{part(said)}.x"),
    "a_header_of_depth": made(lambda op, said: f"{part(b'[' * 20_000)}.{part(said)}.x"),
    "a_header_with_a_surrogate": by_hand({"alg": "RS256", "kid": "\ud800"}),
    "claims_that_are_a_list": made(
        lambda op, said: jwt.api_jws.encode(
            b"[1]", op.keys["k1"], algorithm="RS256", headers={"kid": "k1"}
        )
    ),
    "claims_of_depth": raw_claims(', "x": ' + "[" * 10_000 + "]" * 10_000),
    "a_number_without_end": raw_claims(', "x": ' + "9" * 10_000),
    "a_token_in_another_script": made(lambda op, said: "тест.тест.тест"),
    "a_token_with_a_surrogate": made(lambda op, said: "\ud800.a.b"),
    "two_tokens": made(lambda op, said: [op.signed(said), op.signed(said)]),
    "an_issuer_in_a_list": raw_claims(', "iss": ["x"]'),
    "an_issuer_with_a_slash": lambda op: op.claims.update(iss=f"{op.issuer}/"),
    "an_issuer_in_capitals": lambda op: op.claims.update(iss=op.issuer.upper()),
    "no_audience": claims(aud=[]),
    "an_audience_that_is_an_object": claims(aud={"client": 1}),
    "an_audience_of_numbers": claims(aud=["client", 7]),
    "an_audience_in_capitals": claims(aud="CLIENT"),
    "several_audiences_and_another_party": claims(aud=["client", "other"], azp="other"),
    "a_party_in_a_list": claims(azp=["client"]),
    "an_empty_party": claims(azp=""),
    "a_nonce_that_is_null": claims(nonce=None),
    "a_nonce_in_a_list": lambda op: op.claims.update(nonce=[op.nonce]),
    "an_empty_nonce": claims(nonce=""),
    "an_end_that_is_no_number": raw_claims(', "exp": NaN'),
    "an_end_at_infinity": raw_claims(', "exp": Infinity'),
    "an_end_before_all_time": raw_claims(', "exp": -Infinity'),
    "an_end_that_is_true": claims(exp=True),
    "an_end_that_is_null": claims(exp=None),
    "an_end_in_ten_years": lambda op: op.claims.update(exp=int(time.time()) + 10 * 366 * 86_400),
    "an_issue_that_is_no_number": raw_claims(', "iat": NaN'),
    "an_issue_at_infinity": raw_claims(', "iat": Infinity'),
    "an_issue_before_all_time": raw_claims(', "iat": -Infinity'),
    "an_issue_that_is_true": claims(iat=True),
    "a_start_that_is_no_number": raw_claims(', "nbf": NaN'),
    "a_start_in_a_list": claims(nbf=[1]),
    "a_subject_in_a_list": claims(sub=["kim-1"]),
    "a_subject_with_nul": claims(sub="kim\x00"),
    "a_subject_with_a_surrogate": claims(sub="\ud800"),
    "a_hash_with_a_surrogate": claims(at_hash="\ud800"),
    "a_hash_that_is_null_and_a_strange_token": lambda op: (
        op.claims.update(at_hash="x"),
        setattr(op, "access_token", "\udfff"),
    ),
    "an_address_nobody_verified": claims(email_verified=False),
    "an_address_verified_not": claims(email_verified="false"),
    "an_address_verified_not_in_capitals": claims(email_verified="False"),
    "an_address_verified_by_naught": claims(email_verified=0),
    "an_address_verified_by_an_object": claims(email_verified={"is": True}),
    "an_address_with_a_surrogate": claims(email="\ud800@corp.example"),
    "an_address_in_an_object": claims(email={"a": "kim@corp.example"}),
    "two_keys_of_one_name": keys(None, None),
    "a_secret_published_as_a_key": keys({"kty": "oct", "k": part(b"x" * 32), "kid": "k1"}),
    "a_small_key": by_small_key,
    "a_key_without_numbers": keys({"kty": "RSA", "kid": "k1"}),
    "a_key_of_wrong_numbers": keys({"kty": "RSA", "kid": "k1", "n": 7, "e": None}),
    "a_key_that_is_too_long": keys(
        {"kty": "RSA", "kid": "k1", "n": part(b"\xff" * 60_000), "e": "AQAB"}
    ),
    "a_key_of_a_long_exponent": keys(lambda own: own | {"e": part(b"\xff" * 200)}),
    "a_key_of_an_even_exponent": keys(lambda own: own | {"e": "Ag"}),
    "a_key_of_another_kind": keys(
        {"kty": "EC", "crv": "P-256", "kid": "k1", "x": "AAAA", "y": "AAAA"}
    ),
    "a_key_of_a_kind_in_a_list": keys({"kty": ["RSA"], "kid": "k1"}),
    "a_key_for_sealing": keys(lambda own: own | {"use": "enc"}),
    "a_key_of_another_algorithm": keys(lambda own: own | {"alg": "RS512"}),
    "too_many_keys": keys(*[None] * 60),
    "keys_in_an_object": instead("/jwks", 200, b'{"keys": {"k1": {}}}'),
    "keys_in_a_list": instead("/jwks", 200, b"[]"),
    "keys_of_depth": instead("/jwks", 200, b'{"keys": ' + b"[" * 50_000),
    "keys_of_two_megabytes": instead("/jwks", 200, b" " * 2_000_000 + b"{}"),
    "keys_that_are_a_page": instead("/jwks", 200, b"<html>", "text/html"),
    "keys_elsewhere": moved("/jwks"),
    "tokens_elsewhere": moved("/token"),
    "people_elsewhere": moved("/userinfo"),
    "people_in_a_list": instead("/userinfo", 200, b"[]"),
    "people_of_depth": instead("/userinfo", 200, b"[" * 50_000),
    "a_token_for_headers": lambda op: (
        op.without.add("at_hash"),
        setattr(op, "access_token", "x\r\nHost: evil"),
    ),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_answer_is_refused(provider, op, browser, name):
    asked = ask(browser, op)
    HOSTILE[name](op)
    with in_tenant("acme"):
        people = User.objects.count()

    response = come(browser, state=asked["state"])

    assert response.status_code == 403
    assert "You are not signed in" in response.text
    assert who(browser) is None
    with in_tenant("acme"):
        assert (User.objects.count(), ExternalIdentity.objects.count()) == (people, 0)
        arrival = Arrival.objects.get()
        assert (arrival.outcome, arrival.code != "", arrival.words != "") == (
            Outcome.REFUSED,
            True,
            True,
        )
        assert Entry.objects.filter(type="chancery.sso.refused.v1").count() == 1


STRANGE_BUT_GOOD: dict[str, Prepare] = {
    "several_audiences_and_our_party": claims(aud=["client", "other"], azp="client"),
    "an_address_verified_in_words": claims(email_verified="true"),
    "an_address_of_which_nothing_is_said": claims(email_verified=None),
    "a_claim_with_a_surrogate": claims(nickname="\ud800", groups=["\udfff"]),
    "a_name_with_a_surrogate": claims(name="Kim \ud800"),
    "a_claim_of_some_depth": claims(x=nested(150)),
    "a_claim_of_great_depth": raw_claims(', "x": ' + "[" * 900 + "]" * 900),
    "a_claim_of_greater_depth": raw_claims(', "x": ' + "[" * 2_500 + "]" * 2_500),
    "a_claim_that_is_no_number": raw_claims(', "x": NaN'),
    "a_key_to_fetch_that_nobody_fetches": headers(jku=NEVER, x5u=NEVER),
}


@pytest.mark.parametrize("name", sorted(STRANGE_BUT_GOOD))
def test_what_is_strange_but_good_comes_in_and_can_be_looked_at(cast, provider, op, browser, name):
    asked = ask(browser, op)
    STRANGE_BUT_GOOD[name](op)

    assert come(browser, state=asked["state"]).status_code == 302

    assert who(browser) == "kim@corp.example"
    with in_tenant("acme"):
        arrival = Arrival.objects.get()
    page = cast.ana.client.get(f"/admin/accounts/arrival/{arrival.id}/change/")
    listed = cast.ana.api.get(f"/api/v1/identity-providers/{provider.id}/arrivals")
    assert (page.status_code, listed.status_code) == (200, 200)


@pytest.mark.parametrize(
    "query",
    [
        {"state": ["{state}", "{state}"]},
        {"state": ["x", "{state}"]},
        {"code": ["one", "two"]},
        {"iss": ["{issuer}", "https://evil.example"]},
        {"iss": "{issuer}/"},
        {"iss": ""},
        {"state": "\x00"},
        {"error": "\ud7ff\x00", "error_description": "<script>"},
    ],
    ids=str,
)
def test_a_hostile_return_redeems_nothing(provider, op, browser, query):
    asked = ask(browser, op)
    filled = {
        name: [value.format(state=asked["state"], issuer=op.issuer) for value in values]
        if isinstance(values, list)
        else values.format(state=asked["state"], issuer=op.issuer)
        for name, values in query.items()
    }

    response = come(browser, **{"state": asked["state"]} | filled)

    assert response.status_code == 403
    assert "<script>" not in response.text
    assert who(browser) is None
    assert "/token" not in dict(op.asked)


def test_a_provider_that_names_itself_must_do_so_each_time(cast, op, browser):
    """Else the answer of another provider could be brought to this one's address (mix-up)."""
    described = op.described() | {"authorization_response_iss_parameter_supported": True}
    body = json.dumps(described).encode()
    op.instead["/.well-known/openid-configuration"] = (200, "application/json", body)
    with in_tenant("acme"):
        made_one = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="op",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
        services.switch(cast.ana.actor, provider_id=made_one.id, state="on")

    assert come(browser, state=ask(browser, op)["state"]).status_code == 403
    assert come(browser, state=ask(browser, op)["state"], iss=op.issuer).status_code == 302


def test_the_state_of_one_provider_is_nothing_at_another(cast, provider, op, browser):
    with in_tenant("acme"):
        second = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="second",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
        )
        services.switch(cast.ana.actor, provider_id=second.id, state="on")
    asked = ask(browser, op)

    response = browser.get(
        "/accounts/oidc/second/login/callback/", {"state": asked["state"], "code": "the-code"}
    )

    assert response.status_code == 403
    assert who(browser) is None
    assert "/token" not in dict(op.asked)


def test_a_token_that_came_before_is_refused_at_the_next_request(provider, op, browser):
    token = {}

    def keep(said: dict[str, Any]) -> str:
        return token.setdefault("first", op.signed(said))

    op.token = keep
    sign_in(browser, op)
    assert who(browser) == "kim@corp.example"
    other = Client(HTTP_HOST="acme.localhost")

    assert sign_in(other, op).status_code == 403
    assert who(other) is None


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
def test_headers_that_trickle_are_given_up(provider, op, browser, monkeypatch, path):
    """One byte at a time is within every limit for one byte."""
    monkeypatch.setattr(fetch, "WITHIN_S", 0.4)

    def trickle(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        try:
            for _ in range(200):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    op.instead[path] = trickle
    response = come(browser, state=ask(browser, op)["state"])

    assert response.status_code == 403
    assert "in time" in response.text
    assert who(browser) is None


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "::a00:1",
        "2002:a00:1::1",
        "fe80::1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_no_address_that_leads_inside_is_fetched(address, settings):
    settings.CHANCERY_LOCAL_PROVIDERS = False

    assert not fetch._is_allowed(address, 443)
    assert fetch._is_allowed("2606:4700::1111", 443)
