"""uvicorn's HTTP protocol with bounds on what comes before a request has an application.

Alone it collects a request's head for as long and as large as the client likes, on the event loop,
which all tenants and all sockets share.
"""

from asyncio import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
"""Of a request line and its headers: several times what browsers and proxies send."""

HEAD_WITHIN_S = 60.0
"""From connecting, or from a head's first byte; browsers connect well before they ask."""


class TooLargeHead(Exception):
    """The request's head is larger than anything that is read here."""


class UnclearHead(Exception):
    """The request's head can be read in two ways: a proxy before us may have read the other."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 to a head beyond the bound, and hangs up on one that does not arrive.

    A head that comes in one piece, as they do, costs one addition; no timer is made for it.

    What follows a body (trailers) is no part of the head: it would come past a proxy that sees to
    the headers, and after they were judged. It is left out, and bounded as the head is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_in_head = False
        self._is_past_body = False
        self._pieces_bytes = 0
        self._too_large = False
        self._late: TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request, for a while."""
        super().connection_made(transport)
        self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget_the_time()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._is_in_head, self._is_past_body, self._pieces_bytes = True, False, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is left out."""
        if self._is_in_head:
            super().on_header(name, value)

    def on_chunk_header(self) -> None:
        """A piece of the body begins, or what follows the last."""
        self._is_past_body, self._pieces_bytes = True, 0

    def on_body(self, body: bytes) -> None:
        """It was a piece of the body."""
        self._is_past_body = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count no more."""
        self._is_past_body = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Refuse the head or have it served."""
        self._is_in_head = False
        self._forget_the_time()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD_BYTES:
            self._too_large = True
            raise TooLargeHead
        self._refuse_what_is_unclear()
        super().on_headers_complete()

    def _refuse_what_is_unclear(self) -> None:
        """Refuse several hosts or none, and codings of the body other than pieces (RFC 9112).

        An address that names its host has to name the one of the header.
        """
        hosts: list[bytes] = []
        for name, value in self.headers:
            if name == b"host":
                hosts.append(value)
            elif name == b"transfer-encoding" and value.strip().lower() != b"chunked":
                raise UnclearHead
        is_old = self.parser is not None and self.parser.get_http_version() == "1.0"
        if len(hosts) != 1 and not (is_old and not hosts):
            raise UnclearHead
        if hosts and self.url[:1] not in (b"/", b"*"):
            named = self.url.partition(b"://")[2].partition(b"/")[0]
            if named.lower() != hosts[0].strip().lower():
                raise UnclearHead

    def data_received(self, data: bytes) -> None:
        """Take what has come; count it where it is a further piece of a head."""
        was_counted = self._is_in_head or self._is_past_body
        super().data_received(data)
        if not (self._is_in_head or self._is_past_body) or self.transport.is_closing():
            return
        if was_counted:
            self._pieces_bytes += len(data)
        if self._pieces_bytes > MOST_HEAD_BYTES:
            self._too_large = True
            self.send_400_response("")
        elif self._is_in_head and self._late is None:
            self._expect_a_head()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong, and hang up."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        words = b"The request line and its headers may have 65536 bytes.\n"
        self.transport.write(
            STATUS_LINE[431]
            + b"content-type: text/plain; charset=utf-8\r\n"
            + b"content-length: %d\r\nconnection: close\r\n\r\n" % len(words)
            + words
        )
        self.transport.close()

    def _expect_a_head(self) -> None:
        self._late = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def _forget_the_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
