"""What a client may send before it has asked for anything, to a real port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from core import http_protocol
from core.http_protocol import MOST_HEAD_BYTES, BoundedProtocol

pytestmark = pytest.mark.asyncio

WAIT_S = 10.0
ASKED = b"GET / HTTP/1.1\r\nHost: acme.localhost\r\n"

type Headers = list[tuple[bytes, bytes]]


class Wire:
    """A connection as a program without a library would use it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[Headers]
    ) -> None:
        self._reader, self._writer = reader, writer
        self.heard = heard
        """The headers of each request, as the application finds them after its body."""

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._writer.write(piece)

    async def answer(self) -> bytes:
        """The first line of the next answer, whose body is read away."""
        async with asyncio.timeout(WAIT_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await self._reader.readexactly(size)
        return head.partition(b"\r\n")[0]

    async def is_closed(self) -> bool:
        """Wait until the server hangs up without another word."""
        async with asyncio.timeout(WAIT_S):
            return await self._reader.read() == b""


async def application(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body", False):
        pass
    scope["state"]["heard"].append(scope["headers"])
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected() -> AsyncIterator[Wire]:
    config = Config(application, interface="asgi3", log_config=None)
    config.load()
    state, heard = ServerState(), []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedProtocol(config=config, server_state=state, app_state={"heard": heard}),
        "127.0.0.1",
        0,
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Wire(reader, writer, heard)
    finally:
        writer.close()
        server.close()
        await asyncio.gather(*state.tasks, return_exceptions=True)


async def test_an_ordinary_request_and_the_next_on_the_same_connection():
    async with connected() as wire:
        for _ in range(2):
            wire.send(ASKED + b"\r\n")
            assert await wire.answer() == b"HTTP/1.1 200 OK"


async def test_a_head_up_to_the_bound_is_read_in_whatever_pieces():
    async with connected() as wire:
        wire.send(ASKED, b"X-Much: ", *[b"x" * 1000] * 60, b"\r\n\r\n")
        assert await wire.answer() == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "head",
    [
        ASKED + b"X-Much: " + b"x" * MOST_HEAD_BYTES + b"\r\n\r\n",
        ASKED + b"X-Much: 0123456789\r\n" * 5000 + b"\r\n",
        ASKED + b"X-Endless: " + b"x" * 1_000_000,
    ],
    ids=["one", "many", "endless"],
)
async def test_a_head_beyond_the_bound_is_431(head):
    async with connected() as wire:
        wire.send(head)
        assert await wire.answer() == b"HTTP/1.1 431 Request Header Fields Too Large"


async def test_a_large_body_is_no_head():
    async with connected() as wire:
        body = b"x" * (2 * MOST_HEAD_BYTES)
        wire.send(ASKED + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert await wire.answer() == b"HTTP/1.1 200 OK"
        wire.send(ASKED + b"\r\n")
        assert await wire.answer() == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("begun", [b"", ASKED], ids=["silent", "half"])
async def test_a_head_that_does_not_come_ends_the_connection(begun, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_WITHIN_S", 0.05)
    async with connected() as wire:
        wire.send(begun)
        assert await wire.is_closed()


async def test_so_does_one_that_does_not_come_after_an_answer(monkeypatch):
    async with connected() as wire:
        wire.send(ASKED + b"\r\n")
        assert await wire.answer() == b"HTTP/1.1 200 OK"
        monkeypatch.setattr(http_protocol, "HEAD_WITHIN_S", 0.05)
        wire.send(ASKED)
        assert await wire.is_closed()


async def test_what_is_no_http_is_400():
    async with connected() as wire:
        wire.send(b"EHLO chancery\r\n\r\n")
        assert await wire.answer() == b"HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (b"GET / HTTP/1.1\r\n", b"400 Bad Request"),
        (ASKED + b"Host: acme.localhost\r\n", b"400 Bad Request"),
        (ASKED + b"Host: globex.localhost\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", b"200 OK"),
        (b"GET http://ACME.localhost/a?b HTTP/1.1\r\nHost: acme.localhost\r\n", b"200 OK"),
        (b"GET http://globex.localhost/ HTTP/1.1\r\nHost: acme.localhost\r\n", b"400 Bad Request"),
        (b"GET http://acme.localhost:1/ HTTP/1.1\r\nHost: acme.localhost\r\n", b"400 Bad Request"),
        (b"GET http://a@acme.localhost/ HTTP/1.1\r\nHost: acme.localhost\r\n", b"400 Bad Request"),
        (b"OPTIONS * HTTP/1.1\r\nHost: acme.localhost\r\n", b"200 OK"),
    ],
)
async def test_a_request_names_one_host(head, answer):
    async with connected() as wire:
        wire.send(head + b"\r\n")
        assert await wire.answer() == b"HTTP/1.1 " + answer


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"identity, chunked", b"x, chunked"])
async def test_a_body_in_a_coding_that_is_not_read_is_400(coding):
    async with connected() as wire:
        wire.send(ASKED + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n")
        assert await wire.answer() == b"HTTP/1.1 400 Bad Request"


IN_PIECES = ASKED + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"


async def test_what_follows_a_body_is_no_header():
    async with connected() as wire:
        wire.send(IN_PIECES + b"X-Forwarded-For: 192.0.2.1\r\n\r\n" + ASKED + b"X-Own: 1\r\n\r\n")
        assert await wire.answer() == b"HTTP/1.1 200 OK"
        assert await wire.answer() == b"HTTP/1.1 200 OK"

    names = [{name for name, _ in headers} for headers in wire.heard]
    assert names == [{b"host", b"transfer-encoding"}, {b"host", b"x-own"}]


@pytest.mark.parametrize("trailer", [b"X-Many: 0123456789\r\n" * 50_000, b"X-One: " + b"x" * 10**6])
async def test_what_follows_a_body_is_bounded(trailer):
    async with connected() as wire:
        wire.send(IN_PIECES, trailer)
        assert await wire.answer() == b"HTTP/1.1 431 Request Header Fields Too Large"


async def test_a_body_of_many_pieces_is_not_counted():
    async with connected() as wire:
        wire.send(ASKED + b"Transfer-Encoding: chunked\r\n\r\n")
        wire.send(*[b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 200, b"0\r\n\r\n")
        assert await wire.answer() == b"HTTP/1.1 200 OK"
