"""Stolen passwords are refused by a filter on disk or a service; neither can stop a sign-in."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.signin.passwords import PasswordFilter, forms_of

STOLEN, FINE = "Tr0ub4dor-and-friends", "quiet-herons-over-water"


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


class Service:
    """Lists the rest of the digests that begin with five characters, as the real one does."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                digest = sha1(STOLEN)
                found = self.path.endswith(digest[:5])
                body = f"{digest[5:]}:42\r\n" if found else f"{'0' * 35}:0\r\n"
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/range/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service(settings) -> Iterator[Service]:
    made = Service()
    settings.CHANCERY_PASSWORD_SERVICE = made.address
    yield made
    made.stop()


def is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return True
    return False


def test_the_service_learns_five_characters_and_no_more(service):
    assert is_refused(STOLEN)
    assert not is_refused(FINE)

    assert service.asked == [f"/range/{sha1(STOLEN)[:5]}", f"/range/{sha1(FINE)[:5]}"]


def test_a_service_that_fails_or_is_away_stops_nobody(service, settings):
    service.status = 500
    assert not is_refused(STOLEN)
    settings.CHANCERY_PASSWORD_SERVICE = "http://127.0.0.1:1/range/"
    assert not is_refused(STOLEN)


def test_a_filter_is_built_from_a_list_and_refuses_what_is_in_it(tmp_path, settings, capsys):
    source, target = tmp_path / "list.txt", tmp_path / "filter"
    many = [f"stolen phrase number {number}" for number in range(2000)]
    source.write_text("\n".join([sha1(STOLEN) + ":7", *many]))
    call_command("build_password_filter", str(source), str(target), json=True)
    assert json.loads(capsys.readouterr().out)["passwords"] == 2001
    settings.CHANCERY_PASSWORD_FILTER = str(target)

    assert is_refused(STOLEN)
    assert all(is_refused(password) for password in many[:50])
    good = [f"a good phrase, the {number}th" for number in range(2000)]
    found = PasswordFilter(target)
    wrongly = sum(bytes.fromhex(sha1(password)) in found for password in good)
    assert wrongly < 10


@pytest.mark.parametrize("content", [b"", b"rubbish that is no filter"])
def test_a_filter_that_cannot_be_read_stops_nobody(tmp_path, settings, content):
    broken = tmp_path / "broken"
    broken.write_bytes(content)
    settings.CHANCERY_PASSWORD_FILTER = str(broken)

    assert not is_refused(FINE)


@pytest.mark.parametrize(
    ("typed", "word"),
    [("P@ssw0rd!", "password"), ("dragon2024", "dragon"), ("Letmein-Letmein", "letmein")],
)
def test_what_a_password_is_dressed_up_from_is_seen(typed, word):
    assert word in set(forms_of(typed))
