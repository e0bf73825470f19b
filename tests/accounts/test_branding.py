"""Name, colour and logo on the pages of signing in, and the list of what is still open."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.branding.models import Branding, contrast
from accounts.domains.models import DomainProof
from accounts.policies.selectors import current
from accounts.policies.services import change
from accounts.setup.steps import steps
from core.errors import Invalid
from events.models import Entry

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PAGE = "/admin/accounts/branding/"


def browser(host: str = "acme.localhost") -> Client:
    return Client(HTTP_HOST=host)


def test_the_sign_in_page_shows_them(in_acme, cast):
    logo = base64.b64encode(PNG).decode()
    change(cast.ana.actor, Branding, name="Acme & Sons", colour="#224488", logo=logo)

    page = browser().get("/accounts/login/").text

    assert "Acme &amp; Sons" in page
    assert "/accounts/brand/logo" in page
    picture = browser().get("/accounts/brand/logo")
    assert (picture.content, picture["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in picture["Content-Security-Policy"]
    assert "#224488" in browser().get("/accounts/brand/style.css").text
    told = Entry.objects.values_list("data", flat=True).last()
    assert told["after"] == {"name": "Acme & Sons", "colour": "#224488", "logo": "set"}


def test_elsewhere_nothing_of_it_is_there(in_acme, cast):
    change(cast.ana.actor, Branding, name="Acme & Sons", colour="#224488")

    other = browser("globex.localhost")
    assert "Sons" not in other.get("/accounts/login/").text
    assert other.get("/accounts/brand/style.css").status_code == 404
    assert other.get("/accounts/brand/logo").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"colour": "#ffee00"},
        {"colour": "#224488;}body{display:none"},
        {"logo": "no base64!"},
        {"logo": base64.b64encode(b"<svg onload=alert(1)>").decode()},
        {"logo": base64.b64encode(PNG + b"\0" * 200_000).decode()},
        {"name": "x" * 200},
    ],
)
def test_what_would_harm_is_refused(in_acme, cast, values):
    with pytest.raises(Invalid) as refusal:
        change(cast.ana.actor, Branding, **values)

    assert refusal.value.errors[0].field == next(iter(values))
    assert current(Branding).version == 0


def test_contrast_is_that_of_wcag():
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_the_console_takes_a_file_through_both_steps(in_acme, cast):
    form = {"name": "Acme", "colour": "#224488"}
    file = SimpleUploadedFile("logo.png", PNG, content_type="image/png")
    shown = cast.ana.client.post(PAGE, {**form, "logo": file, "review": "1"})
    assert "What this will do" in shown.text
    encoded = base64.b64encode(PNG).decode()
    assert encoded in shown.text.replace("&#x2B;", "+")

    cast.ana.client.post(PAGE, {**form, "logo": encoded, "version": "0", "save": "1"})

    assert current(Branding).logo == encoded
    cast.ana.client.post(PAGE, {**form, "name": "Acme!", "version": "1", "save": "1"})
    assert (current(Branding).name, current(Branding).logo) == ("Acme!", encoded)


def test_the_console_lists_what_is_open(in_acme, cast):
    page = cast.ana.client.get("/admin/").text
    assert "Before people join" in page
    assert "Prove your e-mail domain" in page
    before = {str(step.title): step.is_done for step in steps()}

    DomainProof.objects.create(domain="acme.example", proved_at="2026-01-01T00:00:00Z")
    change(cast.ana.actor, Branding, name="Acme")

    after = {str(step.title): step.is_done for step in steps()}
    assert [title for title, done in after.items() if done and not before[title]] == [
        "Prove your e-mail domain, or connect an identity provider",
        "Put your name, colour and logo on the sign-in page",
    ]


def test_operators_have_no_such_list(in_operators, cast):
    assert "Before people join" not in cast.op.client.get("/admin/").text
