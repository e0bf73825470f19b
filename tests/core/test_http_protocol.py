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


class Wire:
    """A connection as a program without a library would use it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

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
    await receive()
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected() -> AsyncIterator[Wire]:
    config = Config(application, interface="asgi3", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Wire(reader, writer)
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
