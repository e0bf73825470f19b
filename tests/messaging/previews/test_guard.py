"""What is fetched for people stays away from everything that is not the public internet."""

import ipaddress
import socket
import time
from contextlib import suppress

import pytest

from messaging.previews.fetch import (
    IMAGES,
    MOST_IMAGE_BYTES,
    MOST_PAGE_BYTES,
    PAGES,
    Unfetched,
    fetch,
)
from messaging.previews.guard import Blocked, is_public, target_of
from messaging.previews.page import read_page
from tests.messaging.previews.trickster import Trickster


@pytest.fixture
def server():
    running = Trickster()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def allowed(server, settings):
    """This one server may be fetched from; nothing else of this machine."""
    settings.CHANCERY_PREVIEW_ALLOW = frozenset({server.host})
    return server


def page_of(url: str, **options):
    return fetch(url, types=PAGES, most_bytes=MOST_PAGE_BYTES, **options)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1",
        "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public_whatever_they_are_wrapped_in(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111"])
def test_public_addresses_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
        "http://017700000001/", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://user@1.1.1.1/",
        "http://1.1.1.1:22/", "http://1.1.1.1:6379/", "https://1.1.1.1:80/", "ftp://1.1.1.1/",
        "file:///etc/passwd", "gopher://1.1.1.1/", "http:///x", "http://", "//1.1.1.1/",
        "http://1.1.1.1:99999/", "http://ex\u00e4mple..com/", "http://1.1.1.1/a\r\nX: y",
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_are_blocked(url):
    with pytest.raises(Blocked):
        target_of(url)


def test_one_bad_address_among_good_ones_blocks_the_name(monkeypatch):
    def answers(*_args, **_options):
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("1.1.1.1", 80)), (*kind, ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)

    with pytest.raises(Blocked):
        target_of("http://two-faced.example/")


def test_the_connection_goes_to_the_address_that_was_judged(allowed, monkeypatch):
    """The name is looked up once: what it answers the second time does not matter."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host, *args, **options):
        if host != "rebind.example":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **options)

    port = allowed.server_address[1]
    from django.conf import settings

    monkeypatch.setattr(settings, "CHANCERY_PREVIEW_ALLOW", {f"rebind.example:{port}"})
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    found = page_of(f"http://rebind.example:{port}/page")

    assert read_page(found).title == "Quarterly & plans"
    assert asked == ["rebind.example"]
    assert allowed.headers_seen[0]["Host"] == f"rebind.example:{port}"


def test_without_leave_this_machine_is_not_asked(server):
    with pytest.raises(Unfetched):
        page_of(server.url("page"))

    assert server.asked == []


def test_a_page_is_read(allowed):
    page = read_page(page_of(allowed.url("page")))

    assert (page.title, page.description, page.site) == (
        "Quarterly & plans",
        "What we do next",
        "The Office",
    )
    assert page.image_url == allowed.url("picture.png")
    assert "Cookie" not in allowed.headers_seen[0]


def test_a_redirect_is_followed_and_judged(allowed):
    assert page_of(allowed.url("moved")).url == allowed.url("page")

    for path in ("inside", "file", "loop"):
        with pytest.raises(Unfetched):
            page_of(allowed.url(path))


def test_a_redirect_inside_reaches_nobody(allowed):
    victim = Trickster()
    allowed.elsewhere = victim.url("page")

    with pytest.raises(Unfetched):
        page_of(allowed.url("inside"))

    assert victim.asked == []
    victim.shutdown()
    victim.server_close()


@pytest.mark.parametrize("path", ["drip", "dripheaders"])
def test_a_server_that_drips_is_left_in_time(allowed, path):
    begun = time.monotonic()

    with suppress(Unfetched):
        assert read_page(page_of(allowed.url(path), deadline_s=0.6)).title == ""

    assert time.monotonic() - begun < 3


def test_a_page_without_end_is_cut(allowed):
    found = page_of(allowed.url("endless"))

    assert len(found.body) == MOST_PAGE_BYTES
    assert read_page(found).title == "Endless"


@pytest.mark.parametrize("path", ["binary", "bomb", "missing"])
def test_what_is_no_page_is_left(allowed, path):
    with pytest.raises(Unfetched):
        page_of(allowed.url(path))


def test_a_picture_too_large_is_left(allowed):
    with pytest.raises(Unfetched):
        fetch(allowed.url("hugepicture"), types=IMAGES, most_bytes=MOST_IMAGE_BYTES)


def test_words_of_strangers_are_cleaned(allowed):
    assert read_page(page_of(allowed.url("latin"))).title == "Gr\u00f6\u00dfe"
    title = read_page(page_of(allowed.url("rude"))).title
    assert "\x00" not in title
    assert "\u202e" not in title
