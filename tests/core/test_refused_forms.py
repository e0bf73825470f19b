"""Forms that hold more than any of ours: a plain 400, and one line in the log."""

import io
import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

SIGN_IN = ("acme.localhost", "/accounts/login/")
CONSOLE = ("acme.localhost", "/admin/accounts/group/add/")
SIGN_UP = ("localhost", "/")


@pytest.fixture
def log():
    """What the process' own handler writes."""
    (console,) = [one for one in logging.root.handlers if type(one) is logging.StreamHandler]
    written = io.StringIO()
    before = console.setStream(written)
    yield written
    console.setStream(before)


def many_fields(client: Client, path: str) -> HttpResponse:
    return client.post(path, {f"x{n}": "1" for n in range(501)})


def many_files(client: Client, path: str) -> HttpResponse:
    return client.post(path, {f"x{n}": SimpleUploadedFile("a", b"a") for n in range(101)})


def many_bytes(client: Client, path: str) -> HttpResponse:
    body = b"login=" + b"a" * 1_000_001
    return client.generic("POST", path, body, "application/x-www-form-urlencoded")


def many_parameters(client: Client, path: str) -> HttpResponse:
    return client.get(path + "?" + "&".join(f"x{n}=1" for n in range(501)))


FORMS = (many_fields, many_files, many_bytes)


@pytest.mark.parametrize(
    ("send", "place"),
    [
        *((send, place) for send in FORMS for place in (SIGN_IN, CONSOLE, SIGN_UP)),
        (many_parameters, SIGN_IN),
        (many_parameters, CONSOLE),
    ],
)
def test_what_is_too_much_for_a_form_is_a_plain_400_and_one_line(cast, log, send, place):
    host, path = place
    client = cast.ana.client if place is CONSOLE else Client(HTTP_HOST=host)

    answer = send(client, path)

    assert answer.status_code == 400
    assert "Something in it was not valid." in answer.content.decode()
    lines = log.getvalue().splitlines()
    assert len(lines) == 1, lines
    assert "django.security." in lines[0]
