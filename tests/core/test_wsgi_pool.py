"""HTTP by WSGI in a bounded pool: whole requests in, whole or streamed responses out."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from core import wsgi_pool
from core.wsgi_pool import WsgiPool, environ_of

pytestmark = pytest.mark.asyncio

OK = "200 OK"


class Exchange:
    """One request and what was answered."""

    def __init__(self, *pieces: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.scope = {
            "type": "http",
            "method": "POST",
            "http_version": "1.1",
            "path": "/ä b",
            "raw_path": b"/%C3%A4%20b",
            "query_string": b"x=1&y=%20",
            "headers": headers or [],
            "client": ("127.0.0.9", 4000),
            "server": ("127.0.0.1", 8000),
        }
        self._pieces = [*pieces] or [b""]
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if not self._pieces:
            return {"type": "http.disconnect"}
        body = self._pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self._pieces)}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def through(self, pool: WsgiPool) -> "Exchange":
        await pool(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response(OK, [("X-Path", environ["PATH_INFO"])])
    return [environ["wsgi.input"].read()]


async def test_an_ordinary_exchange_is_one_piece():
    exchange = await Exchange(b"hello").through(WsgiPool(echo, threads=1))

    assert exchange.status == 200
    assert exchange.body == b"hello"
    assert len(exchange.sent) == 2
    assert exchange.sent[0]["headers"] == [(b"x-path", b"/\xc3\xa4 b")]


async def test_a_body_in_pieces_is_whole_before_a_thread_is_taken():
    big = [b"x" * 100_000, b"y" * 300_000, b"z"]

    exchange = await Exchange(*big).through(WsgiPool(echo, threads=1))

    assert exchange.body == b"".join(big)


async def test_a_stream_is_sent_as_it_is_made_and_closed_once():
    closed: list[str] = []

    class Stream:
        def __iter__(self) -> Iterator[bytes]:
            yield from [b"a" * 40_000] * 5

        def close(self) -> None:
            closed.append(threading.current_thread().name)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(OK, [])
        return Stream()

    exchange = await Exchange().through(WsgiPool(app, threads=1))

    assert exchange.body == b"a" * 200_000
    assert len(exchange.sent) > 3
    assert closed == ["http_0"]


async def test_of_many_bodies_on_their_way_few_are_kept_in_memory(monkeypatch):
    monkeypatch.setattr(wsgi_pool, "_MOST_IN_MEMORY", 2)
    is_on_disk: list[bool] = []
    pool, held = WsgiPool(echo, threads=1), asyncio.Event()
    serve = pool._serve

    async def note(environ: dict[str, Any], tenant: str, body: Any, send: Any) -> None:
        is_on_disk.append(body._rolled)
        if len(is_on_disk) <= 3:
            if len(is_on_disk) == 3:
                held.set()
            await held.wait()
        await serve(environ, tenant, body, send)

    monkeypatch.setattr(pool, "_serve", note)

    exchanges = await asyncio.gather(*(Exchange(b"a", b"b").through(pool) for _ in range(3)))
    later = await Exchange(b"a", b"b").through(pool)

    assert [exchange.body for exchange in [*exchanges, later]] == [b"ab"] * 4
    assert is_on_disk == [False, False, True, False]


async def test_a_body_beyond_the_limit_is_413():
    pool = WsgiPool(echo, threads=1, most_body_bytes=10)

    exchange = await Exchange(b"x" * 6, b"x" * 6).through(pool)

    assert exchange.status == 413


async def test_a_client_that_hangs_up_costs_nothing():
    exchange = Exchange(b"x", b"y")
    exchange._pieces = [b"x"]

    async def receive() -> dict[str, Any]:
        if exchange._pieces:
            exchange._pieces.pop()
            return {"type": "http.request", "body": b"x", "more_body": True}
        return {"type": "http.disconnect"}

    await WsgiPool(echo, threads=1)(exchange.scope, receive, exchange.send)

    assert exchange.sent == []


async def test_more_requests_than_may_wait_are_sent_away():
    entered, release = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        entered.set()
        release.wait(10)
        start_response(OK, [])
        return [b"done"]

    pool = WsgiPool(app, threads=1, most_waiting=1)
    first = asyncio.create_task(Exchange().through(pool))
    await asyncio.to_thread(entered.wait, 10)

    second = await Exchange().through(pool)
    release.set()

    assert second.status == 503
    assert (b"retry-after", b"1") in second.sent[0]["headers"]
    assert (await first).body == b"done"
    assert (await Exchange().through(pool)).status == 200


async def test_a_tenant_whose_requests_wait_leaves_room_for_the_others():
    entered, release = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["HTTP_HOST"] == "loud.example":
            entered.set()
            release.wait(10)
        return echo(environ, start_response)

    def asked_of(host: bytes) -> Exchange:
        return Exchange(headers=[(b"host", host)])

    pool = WsgiPool(app, threads=4, most_waiting=4)
    waiting = [asyncio.create_task(asked_of(b"loud.example").through(pool)) for _ in range(2)]
    await asyncio.to_thread(entered.wait, 10)

    one_more = await asked_of(b"loud.example").through(pool)
    other = await asked_of(b"calm.example").through(pool)
    release.set()

    assert one_more.status == 503
    assert other.status == 200
    assert [one.status for one in await asyncio.gather(*waiting)] == [200, 200]


async def test_a_body_announced_as_too_large_is_not_waited_for():
    exchange = Exchange(b"x", b"never read", headers=[(b"content-length", b"50000000000")])

    await exchange.through(WsgiPool(echo, threads=1, most_body_bytes=1000))

    assert exchange.status == 413
    assert exchange._pieces == [b"never read"]


async def test_a_body_that_does_not_come_is_408(monkeypatch):
    monkeypatch.setattr(wsgi_pool, "PIECE_WITHIN_S", 0.01)
    exchange = Exchange()

    async def receive() -> dict[str, Any]:
        return await asyncio.Future()

    await WsgiPool(echo, threads=1)(exchange.scope, receive, exchange.send)

    assert exchange.status == 408
    assert (b"connection", b"close") in exchange.sent[0]["headers"]


async def test_a_body_that_drips_is_408(monkeypatch):
    # As if a minute had passed with what a telephone sends in a second.
    monkeypatch.setattr(wsgi_pool, "_FREE_S", -1.0)

    exchange = await Exchange(b"x" * 1023, b"y").through(WsgiPool(echo, threads=1))

    assert exchange.status == 408


async def test_who_sends_or_takes_slowly_keeps_nobody_out():
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(OK, [])
        yield b"a" * 70_000
        yield b"b"

    pool = WsgiPool(app, threads=1, most_waiting=1)
    sends, takes = asyncio.Event(), asyncio.Event()
    sender, taker = Exchange(), Exchange()

    async def receive() -> dict[str, Any]:
        await sends.wait()
        return await Exchange.receive(sender)

    async def send(message: dict[str, Any]) -> None:
        taker.sent.append(message)
        await takes.wait()

    tasks = [
        asyncio.create_task(pool(sender.scope, receive, sender.send)),
        asyncio.create_task(pool(taker.scope, taker.receive, send)),
    ]
    while not taker.sent:
        await asyncio.sleep(0)

    assert (await Exchange().through(pool)).status == 200

    sends.set()
    takes.set()
    await asyncio.gather(*tasks)
    assert sender.status == taker.status == 200


async def test_an_application_that_breaks_is_closed_and_reported():
    closed: list[bool] = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            yield b"a" * 70_000
            raise LookupError("in the middle")

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(OK, [])
        return Broken()

    with pytest.raises(LookupError):
        await Exchange().through(WsgiPool(app, threads=1))

    assert closed == [True]


async def test_headers_cannot_be_forged_by_an_underscore():
    exchange = Exchange(
        headers=[
            (b"x-forwarded-proto", b"https"),
            (b"x_forwarded_proto", b"evil"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"content-type", b"text/plain"),
        ]
    )

    environ = environ_of(exchange.scope, None)  # type: ignore[arg-type]

    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["REMOTE_ADDR"] == "127.0.0.9"
    assert environ["QUERY_STRING"] == "x=1&y=%20"
