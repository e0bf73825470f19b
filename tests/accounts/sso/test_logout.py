"""Signing out at both ends: only by what the provider has signed, and only whom it means."""

import base64
import zlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from lxml import etree

from accounts.sso.models import Arrival, Outcome, SsoSession
from accounts.sso.saml.document import MORE
from accounts.sso.saml.signatures import is_signed_query, sign_query
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door
from tests.accounts.sso.idp import NS, SAML, SAMLP, Idp, instant, pair, wire
from tests.accounts.sso.test_saml import who


def logout(door: Door, **changes: Any) -> etree._Element:
    """A logout request of the provider, not signed."""
    given = {
        "name": "kim-1",
        "index": "s1",
        "issuer": door.idp.entity_id,
        "destination": door.where.sls,
        "at": instant(door.idp.now),
        "until": "",
        **changes,
    }
    until = f' NotOnOrAfter="{given["until"]}"' if given["until"] else ""
    index = f"<samlp:SessionIndex>{given['index']}</samlp:SessionIndex>" if given["index"] else ""
    return etree.fromstring(
        f"""<samlp:LogoutRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="l{uuid4().hex}"
 Version="2.0" IssueInstant="{given["at"]}" Destination="{given["destination"]}"{until}>
<saml:Issuer>{given["issuer"]}</saml:Issuer><saml:NameID>{given["name"]}</saml:NameID>{index}
</samlp:LogoutRequest>"""
    )


def by_redirect(door: Door, message: etree._Element, *, key: str = "", alg: str = "") -> str:
    """As a query, signed unless `key` says otherwise."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packed.compress(etree.tostring(message)) + packed.flush()
    query = [("SAMLRequest", base64.b64encode(raw).decode()), ("RelayState", "there")]
    if key == "none":
        return urlencode(query)
    query.append(("SigAlg", alg or MORE + "rsa-sha256"))
    value = sign_query(urlencode(query).encode(), key=key or door.idp.key)
    return urlencode([*query, ("Signature", base64.b64encode(value).decode())])


@pytest.fixture
def kim(door: Door) -> Door:
    """Somebody signed in through the provider."""
    door.sign_in()
    assert who(door.browser) == "kim@corp.example"
    return door


def test_the_provider_signs_somebody_out(kim):
    other = Client(HTTP_HOST="acme.localhost")  # the request may come by any browser

    response = other.get(f"/accounts/saml/okta/sls/?{by_redirect(kim, logout(kim))}")

    assert who(kim.browser) is None
    target = urlsplit(response["Location"])
    assert target.netloc == "idp.example"
    query = parse_qs(target.query)
    assert query["RelayState"] == ["there"]
    answer = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLResponse"][0]), -15))
    assert etree.QName(answer).localname == "LogoutResponse"
    signed, _, _value = target.query.rpartition("&Signature=")
    assert is_signed_query(
        signed.encode(),
        algorithm=query["SigAlg"][0],
        value=base64.b64decode(query["Signature"][0]),
        certificate=kim.own_certificate,
    )
    with in_tenant("acme"):
        assert SsoSession.objects.count() == 0
        assert Entry.objects.filter(type="chancery.session.revoked.v1").count() == 1
        assert Entry.objects.filter(type="chancery.sso.signed_out.v1").count() == 1


def test_by_a_form_too(kim):
    message = logout(kim)
    kim.idp.sign(message)

    Client(HTTP_HOST="acme.localhost").post(
        "/accounts/saml/okta/sls/", {"SAMLRequest": wire(etree.tostring(message))}
    )

    assert who(kim.browser) is None


def test_a_request_that_never_ends_counts(kim):
    query = by_redirect(kim, logout(kim, until="9999-12-31T23:59:59Z"))

    kim.browser.get(f"/accounts/saml/okta/sls/?{query}")

    assert who(kim.browser) is None


def test_only_the_session_it_names(kim):
    first, kim.browser = kim.browser, Client(HTTP_HOST="acme.localhost")
    kim.sign_in(
        change=lambda root: root.find(".//saml:AuthnStatement", NS).set("SessionIndex", "s2")
    )

    kim.browser.get(f"/accounts/saml/okta/sls/?{by_redirect(kim, logout(kim, index='s2'))}")

    assert (who(first), who(kim.browser)) == ("kim@corp.example", None)


def test_another_provider_that_knows_the_name_signs_nobody_out(cast, kim):
    other = Door(cast.ana, "other", Idp(entity_id="https://other.example"))

    response = kim.browser.get(f"/accounts/saml/other/sls/?{by_redirect(other, logout(other))}")

    assert response.status_code == 302, "it is told that nobody is signed in by it any more"
    assert who(kim.browser) == "kim@corp.example"


def refused(kim: Door, response: Any) -> None:
    assert response.status_code == 403
    assert "You are not signed in" in response.text
    assert who(kim.browser) == "kim@corp.example"
    with in_tenant("acme"):
        assert Arrival.objects.filter(outcome=Outcome.REFUSED).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"destination": "https://evil.example"},
        {"destination": ""},
        {"at": "2020-01-01T00:00:00Z"},
        {"at": "whenever"},
        {"until": "2020-01-01T00:00:00Z"},
        {"name": ""},
        {"name": " kim-1"},
    ],
    ids=str,
)
def test_a_wrong_request_signs_nobody_out(kim, changes):
    query = by_redirect(kim, logout(kim, **changes))

    refused(kim, kim.browser.get(f"/accounts/saml/okta/sls/?{query}"))


@pytest.mark.parametrize("how", ["not_signed", "another_key", "sha1", "another_message", "twice"])
def test_only_what_the_provider_signed_counts(kim, how):
    good, other = logout(kim), logout(kim, name="ana")
    query = {
        "not_signed": lambda: by_redirect(kim, good, key="none"),
        "another_key": lambda: by_redirect(kim, good, key=pair("stranger")[0]),
        "sha1": lambda: by_redirect(kim, good, alg="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        "another_message": lambda: "&".join(
            [
                by_redirect(kim, good, key="none"),
                *by_redirect(kim, other).split("&")[2:],
            ]
        ),
        "twice": lambda: by_redirect(kim, other, key="none") + "&" + by_redirect(kim, good),
    }[how]()

    refused(kim, kim.browser.get(f"/accounts/saml/okta/sls/?{query}"))


def _signed(kim: Door, parts: list[str], **more: str) -> str:
    """Signed over these parts, in this order, as they stand."""
    query = "&".join(parts)
    value = base64.b64encode(sign_query(query.encode(), key=kim.idp.key)).decode()
    return query + "&" + urlencode({"Signature": value} | more)


@pytest.mark.parametrize(
    "how",
    [
        "turned_around",
        "relay_state_dropped",
        "relay_state_twice",
        "algorithm_twice",
        "signature_twice",
        "name_in_disguise",
        "of_its_own",
        "a_request_and_a_response",
        "as_a_response",
        "no_signature",
        "signature_that_is_no_base64",
        "an_algorithm_in_small_words",
        "hmac",
        "other_half",
        "not_packed",
        "in_another_script",
        "of_another_provider",
    ],
)
def test_a_query_that_was_tampered_with_signs_nobody_out(cast, kim, how):
    good = by_redirect(kim, logout(kim))
    request, relay, algorithm, signature = good.split("&")
    plain = urlencode({"SAMLRequest": wire(etree.tostring(logout(kim)))})
    query = {
        "turned_around": lambda: _signed(kim, [algorithm, relay, request]),
        "relay_state_dropped": lambda: "&".join([request, algorithm, signature]),
        "relay_state_twice": lambda: good + "&RelayState=elsewhere",
        "algorithm_twice": lambda: good + "&" + algorithm,
        "signature_twice": lambda: good + "&" + signature,
        "name_in_disguise": lambda: good.replace("SAMLRequest", "SAML%52equest"),
        "of_its_own": lambda: good + "&x=1",
        "a_request_and_a_response": lambda: good + "&SAMLResponse=x",
        "as_a_response": lambda: good.replace("SAMLRequest", "SAMLResponse"),
        "no_signature": lambda: "&".join([request, relay, algorithm]),
        "signature_that_is_no_base64": lambda: "&".join([request, relay, algorithm, "Signature=%"]),
        "an_algorithm_in_small_words": lambda: _signed(kim, [request, relay, algorithm.lower()]),
        "hmac": lambda: _signed(
            kim, [request, relay, "SigAlg=" + MORE.replace("#", "%23") + "hmac-sha256"]
        ),
        "other_half": lambda: "&".join([request[:-8], relay, algorithm, signature]),
        "not_packed": lambda: _signed(kim, [plain, relay, algorithm]),
        "in_another_script": lambda: _signed(kim, ["SAMLRequest=%D0%B0", relay, algorithm]),
        "of_another_provider": lambda: by_redirect(
            Door(cast.ana, "other", Idp(entity_id="https://o.example", key_name="other")),
            logout(kim),
        ),
    }[how]()

    refused(kim, kim.browser.get(f"/accounts/saml/okta/sls/?{query}"))


def test_a_request_of_another_organisations_provider_signs_nobody_out(cast, kim):
    theirs = Door(cast.dee, "okta", Idp(key_name="theirs"))

    refused(
        kim,
        kim.browser.get(f"/accounts/saml/okta/sls/?{by_redirect(theirs, logout(theirs))}"),
    )


@pytest.mark.parametrize("how", ["not_signed", "wrapped", "another_key", "doctype", "deep", "xslt"])
def test_a_hostile_form_signs_nobody_out(kim, how):
    message = logout(kim)
    if how == "another_key":
        Idp(key_name="stranger").sign(message)
    elif how != "not_signed":
        kim.idp.sign(message)
    raw = etree.tostring(message)
    if how == "wrapped":
        evil = logout(kim)
        evil.append(etree.fromstring(raw))
        raw = etree.tostring(evil)
    elif how == "doctype":
        raw = b'<!DOCTYPE x [<!ENTITY e "x">]>' + raw
    elif how == "deep":
        raw = raw.replace(
            b"</samlp:LogoutRequest>", b"<x>" * 100 + b"</x>" * 100 + b"</samlp:LogoutRequest>"
        )
    elif how == "xslt":
        raw = raw.replace(
            b"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            b"http://www.w3.org/TR/1999/REC-xslt-19991116",
        )

    response = kim.browser.post("/accounts/saml/okta/sls/", {"SAMLRequest": wire(raw)})

    refused(kim, response)


def test_a_request_counts_once(kim):
    query = by_redirect(kim, logout(kim))
    kim.browser.get(f"/accounts/saml/okta/sls/?{query}")
    kim.sign_in()

    refused(kim, kim.browser.get(f"/accounts/saml/okta/sls/?{query}"))


def test_a_bomb_is_not_unpacked(kim):
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packed.compress(b"<x>" + b" " * 50_000_000 + b"</x>") + packed.flush()
    query = [("SAMLRequest", base64.b64encode(raw).decode()), ("SigAlg", MORE + "rsa-sha256")]
    value = sign_query(urlencode(query).encode(), key=kim.idp.key)
    query.append(("Signature", base64.b64encode(value).decode()))

    refused(kim, kim.browser.get(f"/accounts/saml/okta/sls/?{urlencode(query)}"))


def test_signing_out_here_asks_the_provider_to_do_the_same(kim):
    response = kim.browser.post("/accounts/logout/")
    assert response["Location"].startswith("/accounts/saml/okta/logout/?")
    assert who(kim.browser) is None

    page = kim.browser.get(response["Location"])

    url = page.context["url"]
    query = parse_qs(urlsplit(url).query)
    asked = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    assert asked.findtext("saml:NameID", "", NS) == "kim-1"
    assert asked.findtext("samlp:SessionIndex", "", NS) == "s1"
    assert "Signature" in query


def test_the_providers_word_that_it_is_done_must_answer_us(kim):
    def answer(to: str) -> str:
        message = etree.fromstring(
            f"""<samlp:LogoutResponse xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="x{uuid4().hex}"
 Version="2.0" IssueInstant="{instant(kim.idp.now + timedelta(seconds=1))}" InResponseTo="{to}"
 Destination="{kim.where.sls}"><saml:Issuer>{kim.idp.entity_id}</saml:Issuer><samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
</samlp:LogoutResponse>"""
        )
        return by_redirect(kim, message).replace("SAMLRequest", "SAMLResponse")

    out = kim.browser.get(kim.browser.post("/accounts/logout/")["Location"])
    query = parse_qs(urlsplit(out.context["url"]).query)
    asked = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))

    stranger = kim.browser.get(f"/accounts/saml/okta/sls/?{signed(kim, answer, '_other')}")
    good = kim.browser.get(f"/accounts/saml/okta/sls/?{signed(kim, answer, asked.get('ID'))}")

    assert (stranger.status_code, good.status_code) == (403, 200)
    assert "You are signed out" in good.text


def signed(kim: Door, answer: Any, to: str) -> str:
    """A response's query: its signature is over the name SAMLResponse."""
    query = parse_qs(answer(to))
    parts = [("SAMLResponse", query["SAMLResponse"][0]), ("SigAlg", query["SigAlg"][0])]
    value = sign_query(urlencode(parts).encode(), key=kim.idp.key)
    return urlencode([*parts, ("Signature", base64.b64encode(value).decode())])
