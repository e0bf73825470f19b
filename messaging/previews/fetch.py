"""Fetches a page for a preview: little of it, not for long, and from nowhere it should not.

Each redirect is judged anew. The whole of it ends at a fixed moment, however slowly a server drips.
"""

import http.client
import socket
import ssl
import threading
import time
from typing import NamedTuple
from urllib.parse import urljoin

from messaging.previews.guard import Blocked, Target, target_of

MOST_REDIRECTS = 4
DEADLINE_S = 8.0
MOST_PAGE_BYTES = 512 * 1024
MOST_IMAGE_BYTES = 3 * 1024 * 1024
PAGES = frozenset({"text/html", "application/xhtml+xml"})
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Chancery link preview",
    "Accept-Encoding": "identity",
    "Accept-Language": "en",
    "Connection": "close",
}


class Unfetched(Exception):
    """There is nothing to show; the reason is for the log."""


class Fetched(NamedTuple):
    """What a server answered, and where it was in the end."""

    url: str
    content_type: str
    charset: str | None
    body: bytes


def fetch(
    url: str, *, types: frozenset[str], most_bytes: int, deadline_s: float = DEADLINE_S
) -> Fetched:
    """Fetch an address and follow its redirects.

    A page longer than `most_bytes` is cut; a picture would be worthless then, and is refused.

    Errors  Unfetched, for whatever reason.
    """
    ends = time.monotonic() + deadline_s
    for _ in range(MOST_REDIRECTS + 1):
        try:
            answer = _ask(target_of(url), url, types, most_bytes, ends)
        except Blocked as blocked:
            raise Unfetched(f"blocked: {blocked}") from blocked
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            raise Unfetched(type(wrong).__name__) from wrong
        if isinstance(answer, Fetched):
            return answer
        url = answer
    raise Unfetched("too many redirects")


def _ask(
    target: Target, url: str, types: frozenset[str], most_bytes: int, ends: float
) -> Fetched | str:
    """One request; returns where it redirects to, or what it brought."""
    left = ends - time.monotonic()
    if left <= 0:
        raise Unfetched("too slow")
    connection = _Pinned(target, timeout_s=left)
    # The socket's own timeout starts anew with each byte; this one does not.
    alarm = threading.Timer(left, connection.cut)
    alarm.daemon = True
    alarm.start()
    try:
        connection.request("GET", target.path, headers=_HEADERS | {"Accept": ", ".join(types)})
        response = connection.getresponse()
        if response.status in _REDIRECTS:
            location = response.headers.get("Location", "")
            if not location:
                raise Unfetched("redirect to nowhere")
            return urljoin(url, location)
        return _read(response, url, types, most_bytes)
    finally:
        alarm.cancel()
        connection.close()


def _read(
    response: http.client.HTTPResponse, url: str, types: frozenset[str], most_bytes: int
) -> Fetched:
    if response.status != 200:
        raise Unfetched(f"status {response.status}")
    content_type = response.headers.get_content_type()
    if content_type not in types:
        raise Unfetched("type")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unfetched("compressed, though it was not asked to be")
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        if types is not PAGES:
            raise Unfetched("too large")
        body = body[:most_bytes]
    return Fetched(url, content_type, response.headers.get_content_charset(), body)


class _Pinned(http.client.HTTPConnection):
    """A connection to the very address that was judged; the name is for TLS and the Host header."""

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_s)
        self._target = target
        #: Ours to cut: http.client lets go of its own once the headers are read.
        self._line: socket.socket | None = None
        if target.scheme == "https":
            # What http.client leaves out of the Host header.
            self.default_port = 443

    def connect(self) -> None:
        self.sock = socket.create_connection(
            (self._target.address, self._target.port), timeout=self.timeout
        )
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)
        self._line = self.sock

    def cut(self) -> None:
        """End it now, from another thread."""
        try:
            if (line := self._line or self.sock) is not None:
                line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
