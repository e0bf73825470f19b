"""What a request says of its body: text that is not UTF-8, or packed, is refused everywhere."""

import pytest
from django.http import HttpResponse
from django.test import Client, client

from config.wsgi import application
from tests.cast import Person
from tests.messaging.calls import Answer

OTHERS = (
    *("latin-1", "cp037", "utf-7", "utf-16", "utf-32-be", "shift_jis", "hz"),
    # To Python these are codecs, too, and not all of them give text.
    *("base64", "hex", "rot13", "zlib", "bz2", "quopri", "uu", "undefined"),
    *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "nothing-of-the-kind"),
)

JSON, SCIM = "application/json", "application/scim+json"
FORM = "application/x-www-form-urlencoded"
SECTIONS = ("POST", "/api/v1/me/sections", JSON)
ADDRESSES = (
    SECTIONS,
    ("GET", "/api/v1/users?q=%E9", JSON),
    ("POST", "/scim/v2/Users?filter=%E9", SCIM),
    ("POST", "/oauth/token", FORM),
    ("GET", "/accounts/login/?next=%E9", FORM),
    ("POST", "/accounts/login/", FORM),
    ("POST", "/accounts/saml/none/acs/", FORM),
    ("GET", "/nothing?q=%E9", JSON),
)
BODIES = {JSON: b'{"name": "a"}', SCIM: b"{}", FORM: b"login=%E9"}


@pytest.fixture(autouse=True)
def requests_are_read_as_the_server_reads_them(monkeypatch):
    monkeypatch.setattr(client, "WSGIRequest", application.request_class)


def ask(
    person: Person, method: str, address: str, content_type: str, **headers: str
) -> HttpResponse:
    """Ask as a program does, to which a server's error is an answer."""
    person.api.raise_request_exception = False
    body = BODIES[content_type.partition(";")[0]] if method == "POST" else b""
    named = {f"HTTP_{name}": value for name, value in headers.items()}
    return person.api.generic(method, address, body, CONTENT_TYPE=content_type, **named)


@pytest.mark.parametrize("charset", OTHERS)
def test_text_in_another_charset_is_refused_wherever_it_is_sent(cast, charset):
    found = {
        address: ask(cast.ana, method, address, f"{kind}; charset={charset}").status_code
        for method, address, kind in ADDRESSES
    }

    assert found == dict.fromkeys(found, 415)


@pytest.mark.parametrize(
    "parameters",
    [
        *("charset*=undefined''a", "charset*=idna''%FF", "charset*=hex''00", "x*=undefined''a"),
        "a=" + "x" * 20_000,
    ],
)
def test_a_type_that_cannot_be_read_is_none(cast, parameters):
    assert ask(cast.ana, *SECTIONS[:2], f"{JSON}; {parameters}").status_code == 415


def test_the_refusal_of_a_charset_names_the_header_and_the_remedy(cast):
    answer = Answer.of(ask(cast.ana, *SECTIONS[:2], f"{JSON}; charset=latin-1"))

    assert answer.problem == (415, "unsupported_type")
    assert answer.body["errors"] == [{"field": "Content-Type", "message": "Send text in UTF-8."}]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "us-ascii"])
def test_the_charset_there_is_may_be_named(cast, charset):
    assert ask(cast.ana, *SECTIONS[:2], f"{JSON}; charset={charset}").status_code == 201


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip", "x"])
def test_a_packed_body_is_refused_and_not_read_as_a_plain_one(cast, coding):
    found = [ask(cast.ana, *where, CONTENT_ENCODING=coding) for where in ADDRESSES]

    assert {answer.status_code for answer in found} == {415}
    assert {answer["Accept-Encoding"] for answer in found} == {"identity"}


@pytest.mark.parametrize("coding", ["", "identity"])
def test_a_body_that_is_said_to_be_plain_is_read(cast, coding):
    assert ask(cast.ana, *SECTIONS, CONTENT_ENCODING=coding).status_code == 201


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=\xe9", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
        (FORM, b"&".join(b"a%d=1" % n for n in range(1100))),
        (FORM, b"a=" + b"x" * 3_000_000),
    ],
)
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/saml/none/acs/", "/nothing"])
def test_a_form_that_cannot_be_read_breaks_no_page_that_says_so(cast, address, content_type, body):
    browser = Client(HTTP_HOST="acme.localhost", raise_request_exception=False)

    answer = browser.post(address, body, content_type=content_type)

    assert answer.status_code < 500
