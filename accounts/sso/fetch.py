"""Fetches what a provider publishes, and nothing from our own network.

The name is resolved once, every address it stands for must be a public one, and the connection goes
to the address that was looked at: a name that answers differently a moment later gains nothing.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.sso.refusal import Refused

MOST_BYTES = 1_000_000
WITHIN_S = 8.0
_CHUNK = 65_536
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back."""

    status: int
    body: bytes
    content_type: str

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Errors  Refused.
        """
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError) as wrong:
            raise Refused("not_json", _("The provider's answer is not JSON.")) from wrong
        if not isinstance(found, dict):
            raise Refused("not_json", _("The provider's answer is not a JSON object."))
        return found


def get(url: str, *, bearer: str = "", accept: str = "*/*") -> Fetched:
    """Fetch an address.

    Errors  Refused where it is not public, does not answer in time or answers too much.
    """
    headers = {"Accept": accept}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    return _ask("GET", url, None, headers)


def post_form(url: str, form: dict[str, str], *, basic: str = "") -> Fetched:
    """Post a form; `basic` is the content of a basic Authorization header.

    Errors  as `get`.
    """
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if basic:
        headers["Authorization"] = f"Basic {basic}"
    return _ask("POST", url, urlencode(form).encode(), headers)


def check_url(url: str) -> str:
    """Accept an address as one we would send people or requests to, without asking it.

    Errors  Refused.
    """
    _host_and_port(url)
    return url


def check_public(url: str) -> str:
    """Accept an address as one that may be asked: it leads to public addresses alone. Asks nobody.

    Errors  Refused.
    """
    _public_address(*_host_and_port(url))
    return url


def _ask(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Fetched:
    host, port = _host_and_port(url)
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sock = _reach(host, port)
    with _cut_off_in_time(sock) as clock:
        connection: http.client.HTTPConnection | None = None
        try:
            connection = _connect(host, port, sock, is_tls=parts.scheme == "https")
            connection.request(method, path, body, {**headers, "User-Agent": "Chancery"})
            answer = connection.getresponse()
            if 300 <= answer.status < 400:
                words = _("The provider redirects; give the address where it ends.")
                raise Refused("redirected", words, url=url)
            found = _read(answer)
            if clock.has_struck:
                raise _slow(url)
            return Fetched(answer.status, found, answer.headers.get_content_type())
        except Refused:
            if clock.has_struck:
                raise _slow(url) from None
            raise
        except TimeoutError as wrong:
            raise _slow(url) from wrong
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            if clock.has_struck:
                raise _slow(url) from wrong
            words = _("The provider does not answer as HTTP should.")
            raise Refused("unreachable", words, url=url) from wrong
        finally:
            if connection is not None:
                connection.close()


@dataclass(slots=True)
class _Clock:
    """Whether the time for an answer is over."""

    has_struck: bool = False


@contextmanager
def _cut_off_in_time(sock: socket.socket) -> Iterator[_Clock]:
    """End a connection when its time is over, however slowly something still trickles in.

    A socket's own time limit begins anew with each byte: in the handshake and in the headers, which
    are read elsewhere, a provider could hold a thread for hours.
    """
    clock = _Clock()
    # A second handle on the connection, which stays when TLS takes the first one over.
    own = sock.dup()

    def strike() -> None:
        clock.has_struck = True
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WITHIN_S, strike)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    finally:
        timer.cancel()
        # It must not strike at a descriptor that is another connection's by then.
        timer.join()
        own.close()


def _read(answer: http.client.HTTPResponse) -> bytes:
    """The body, in bounded size whatever it says of itself."""
    parts: list[bytes] = []
    size = 0
    # One read of the socket at a time: a full chunk may never come together.
    while part := answer.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise Refused("too_large", _("The provider's answer is larger than 1 MB."))
    return b"".join(parts)


def _reach(host: str, port: int) -> socket.socket:
    address = _public_address(host, port)
    try:
        sock = socket.create_connection((address, port), timeout=WITHIN_S / 2)
    except TimeoutError as wrong:
        raise _slow(host) from wrong
    except OSError as wrong:
        raise Refused("unreachable", _("The provider cannot be reached."), host=host) from wrong
    sock.settimeout(WITHIN_S)
    return sock


def _connect(
    host: str, port: int, sock: socket.socket, *, is_tls: bool
) -> http.client.HTTPConnection:
    if not is_tls:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = sock
        return connection
    try:
        secure = http.client.HTTPSConnection(host, port)
        secure.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except OSError as wrong:
        sock.close()
        raise Refused(
            "certificate", _("The provider's TLS certificate is not good."), host=host
        ) from wrong
    return secure


def _slow(url: str) -> Refused:
    return Refused("timeout", _("The provider did not answer in time."), url=url)


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise Refused("address", _("This is not an address."), url=url) from wrong
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Refused("address", _("This is not an address."), url=url)
    if not host or parts.username is not None or parts.password is not None:
        raise Refused("address", _("Give an address such as https://idp.example/…"), url=url)
    if parts.scheme == "https":
        return host, port or 443
    if parts.scheme == "http" and settings.CHANCERY_LOCAL_PROVIDERS and _is_local_name(host):
        return host, port or 80
    raise Refused("address", _("The address must begin with https://."), url=url)


def _is_local_name(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


def _public_address(host: str, port: int) -> str:
    """One address of a name, all of whose addresses are public."""
    try:
        if _is_local_name(host) and settings.CHANCERY_LOCAL_PROVIDERS:
            found = {"127.0.0.1" if host.endswith("localhost") else host}
        else:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = {str(row[4][0]) for row in rows}
    except (OSError, UnicodeError) as wrong:
        raise Refused("unknown_host", _("This host name leads nowhere."), host=host) from wrong
    for address in found:
        if not _is_allowed(address, port):
            raise Refused(
                "private_address",
                _("This address lies within our own network; only public ones are fetched."),
                host=host,
            )
    return sorted(found)[0]


def _is_allowed(address: str, port: int) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return settings.CHANCERY_LOCAL_PROVIDERS and port not in _own_ports()
    # What leads on to addresses of the other kind (NAT64, 6to4) would be a way in.
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip not in _GLOBAL_UNICAST or ip.sixtofour or ip.teredo
    ):
        return False
    return ip.is_global and not ip.is_multicast


def _own_ports() -> set[int]:
    """Where Chancery itself and its servers listen: nobody is led there."""
    database = str(settings.DATABASES["default"].get("PORT") or "")
    redis = urlsplit(settings.REDIS_URL).port
    return {
        settings.CHANCERY_PORT,
        *(int(port) for port in [database] if port.isdigit()),
        *([redis] if redis else []),
    }
