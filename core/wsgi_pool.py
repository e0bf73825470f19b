"""Runs a WSGI application in a bounded pool of threads, behind ASGI.

Threads keep their database connections; Django on plain ASGI opens one per request. A thread is
taken when the whole request is there and given back when the whole response is made, so that slow
clients occupy none: bodies wait in memory or, when large, in a temporary file. An ordinary response
costs one hop to a thread and back; streams are pulled piece by piece as the client takes them.
"""

import asyncio
import contextvars
import io
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from core.answering import PIECE_BYTES, Response
from core.lane import Lane, LaneGone
from core.noise import Noise
from core.redis_line import Errands
from core.turns import Turns

logger = logging.getLogger(__name__)

type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

PROBLEM = b"application/problem+json"
# Refused before Django has seen the request, and so written out by hand.
TOO_LARGE = (
    b'{"type":"https://chancery.example/problems/too_large","title":"Too large","status":413,'
    b'"detail":"The body is larger than anything that is read here; upload files in parts.",'
    b'"code":"too_large","errors":[{"field":"body","message":"Send a smaller body."}]}'
)

# Whoever watches the server is nobody whom a busy tenant could disturb.
_ASKED_BY_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})

# Where nothing at all comes for a while, or less than the slowest of telephones would send.
PIECE_WITHIN_S = 30.0
_FREE_S = 60.0
_LEAST_BYTES_PER_S = 1024

TOO_SLOW = (
    b'{"type":"https://chancery.example/problems/too_slow","title":"Too slow","status":408,'
    b'"detail":"The body did not arrive in time; send it again.","code":"too_slow","errors":[]}'
)

_IN_MEMORY_BYTES = 256 * 1024
_MOST_IN_MEMORY = 256
"""Bodies that may be kept so at once, 64 MiB in all; those that come then go to the disk."""


class ClientGone(Exception):
    """The client hung up before it had sent its whole request."""


class BodyTooLarge(Exception):
    """The request's body is larger than anything the application would accept."""


class BodyTooSlow(Exception):
    """The request's body does not arrive."""


class WsgiPool:
    """An ASGI application for HTTP. More than `most_waiting` requests at once are answered 503.

    Waiting is who wants a thread: neither those whose body is on its way still, nor those who take
    their answer slowly, so that no crowd of slow clients keeps others out.

    One host name (a tenant) has at most half of the threads, and half of those that may wait:
    others find one free. One that takes most of the process while others are about goes on in the
    `lane`, a process of its own; until that is open, with one thread.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        threads: int,
        most_waiting: int = 1000,
        most_body_bytes: int = 2**30,
        lane: Lane | None = None,
    ) -> None:
        self._app = app
        self._most_waiting = most_waiting
        self._most_body_bytes = most_body_bytes
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="http")
        self._turns = Turns(threads)
        self._lane = lane
        self._noise = Noise()
        self._noisy = asyncio.Lock()
        self._waiting: Counter[str] = Counter()
        self._bodies = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        tenant = _host_of(scope)
        try:
            message = await _piece_of_body(receive)
            if message.get("more_body", False):
                async with self._long_body(scope, message, receive) as body:
                    await self._serve(environ_of(scope, body), tenant, body, send)
            else:
                body = io.BytesIO(message.get("body", b""))
                await self._serve(environ_of(scope, body), tenant, body, send)
        except BodyTooLarge:
            await _answer(send, 413, TOO_LARGE, (b"connection", b"close"), kind=PROBLEM)
        except BodyTooSlow:
            await _answer(send, 408, TOO_SLOW, (b"connection", b"close"), kind=PROBLEM)
        except ClientGone:
            return

    @asynccontextmanager
    async def _one_by_one(self, tenant: str) -> AsyncIterator[None]:
        """Work that waits for the noisy tenant's last and its rest: the lane is not open yet."""
        await self._noisy.acquire()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            yield
        finally:
            now = loop.time()
            rest_s = self._lane.pace.rest_s(now - began, now) if self._lane else 0.0
            self._noise.used(tenant, rest_s, now)
            loop.call_later(rest_s, self._noisy.release)

    def _is_full(self, tenant: str) -> bool:
        if self._waiting.total() >= self._most_waiting:
            return True
        return self._waiting[tenant] >= max(1, self._most_waiting // 2)

    @contextmanager
    def _one_more_waits(self, tenant: str) -> Iterator[None]:
        self._waiting[tenant] += 1
        try:
            yield
        finally:
            self._waiting[tenant] -= 1
            if not self._waiting[tenant]:
                del self._waiting[tenant]

    async def _serve(
        self, environ: dict[str, Any], tenant: str, body: IO[bytes], send: Send
    ) -> None:
        """Answer here, or in the lane where this tenant would disturb others."""
        if self._is_full(tenant):
            words = b"Too many requests wait already.\n"
            await _answer(send, 503, words, (b"retry-after", b"1"))
            return
        now = asyncio.get_running_loop().time
        if environ["PATH_INFO"] not in _ASKED_BY_MACHINES:
            self._noise.arrives(tenant, now())
        is_noisy = self._lane is not None and self._noise.is_noisy(tenant, now())
        lane = self._lane_for(body) if is_noisy else None
        if lane is None:
            await self._respond(environ, tenant, send, one_by_one=is_noisy)
            return
        try:
            with self._one_more_waits(tenant):
                answer = await lane.answer(environ, body.read())
        except LaneGone:
            words = b"The request was cut off; ask again.\n"
            await _answer(send, 503, words, (b"retry-after", b"1"))
            return
        if answer is None:
            body.seek(0)
            await self._respond(environ, tenant, send, one_by_one=False)
            return
        self._noise.used(tenant, answer.held_s, now())
        await answer.send_to(send)

    def _lane_for(self, body: IO[bytes]) -> Lane | None:
        """The lane, if it is open and takes this request."""
        if self._lane is None:
            return None
        self._lane.wake()
        return self._lane if self._lane.is_open and isinstance(body, io.BytesIO) else None

    async def _respond(
        self, environ: dict[str, Any], tenant: str, send: Send, *, one_by_one: bool
    ) -> None:
        response, context = Response(), contextvars.copy_context()
        loop = asyncio.get_running_loop()

        async def in_thread[T](work: Callable[[], T]) -> T:
            if one_by_one:
                async with self._one_by_one(tenant):
                    return await in_turn(work)
            return await in_turn(work)

        async def in_turn[T](work: Callable[[], T]) -> T:
            await self._turns.take(tenant)
            began = loop.time()
            try:
                return await self._in_thread(context, work)
            finally:
                now = loop.time()
                self._noise.used(tenant, now - began, now)
                self._turns.leave(tenant)

        with self._one_more_waits(tenant):
            piece = await in_thread(lambda: response.begin(self._app, environ))
        start = {
            "type": "http.response.start",
            "status": response.status,
            "headers": response.headers,
        }
        await send(start)
        try:
            while len(piece) >= PIECE_BYTES:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await in_thread(response.next_piece)
            await send({"type": "http.response.body", "body": piece})
        finally:
            if not response.is_closed:
                # In a thread: the application's own cleaning up may use the database.
                await in_thread(response.close)

    async def _in_thread[T](self, context: contextvars.Context, work: Callable[[], T]) -> T:
        """Do work in a thread, which runs the errands of it when its result is on its way."""
        loop, errands = asyncio.get_running_loop(), Errands()
        awaited: asyncio.Future[T] = loop.create_future()

        def do() -> None:
            try:
                tell = partial(_tell, awaited, context.run(errands.of, work))
            except BaseException as error:
                tell = partial(_tell_failure, awaited, error)
            with suppress(RuntimeError):  # The loop has ended; the process does, too.
                loop.call_soon_threadsafe(tell)
            errands.run()

        doing = self._threads.submit(do)
        try:
            return await awaited
        except asyncio.CancelledError:
            doing.cancel()
            raise

    @asynccontextmanager
    async def _long_body(
        self, scope: Message, first: Message, receive: Receive
    ) -> AsyncIterator[IO[bytes]]:
        """A body of several pieces, ready to be read without waiting."""
        if _announced_bytes(scope) > self._most_body_bytes:
            raise BodyTooLarge
        self._bodies += 1
        try:
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as body:
                if self._bodies > _MOST_IN_MEMORY:
                    body.rollover()
                await self._collect(first, receive, body)
                yield body
        finally:
            self._bodies -= 1

    async def _collect(self, message: Message, receive: Receive, body: IO[bytes]) -> None:
        now = asyncio.get_running_loop().time
        began, size = now(), 0
        while True:
            size += len(message.get("body", b""))
            if size > self._most_body_bytes:
                raise BodyTooLarge
            if size < (now() - began - _FREE_S) * _LEAST_BYTES_PER_S:
                raise BodyTooSlow
            body.write(message.get("body", b""))
            if not message.get("more_body", False):
                break
            message = await _piece_of_body(receive)
        body.seek(0)


def _tell[T](awaited: asyncio.Future[T], result: T) -> None:
    if not awaited.done():
        awaited.set_result(result)


def _tell_failure(awaited: asyncio.Future[Any], error: BaseException) -> None:
    if not awaited.done():
        awaited.set_exception(error)


def _host_of(scope: Message) -> str:
    """The host name that is asked, in one of the forms in which it may be written."""
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1").lower()
            return host.partition(":")[0].rstrip(".") if host[:1] != "[" else host
    return ""


def environ_of(scope: Message, body: IO[bytes]) -> dict[str, Any]:
    """The WSGI environment of an ASGI request."""
    host, port = scope.get("server") or ("localhost", 80)
    root = scope.get("root_path", "").encode().decode("latin-1")
    raw_path = scope.get("raw_path") or scope["path"].encode()
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root,
        "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1").removeprefix(root),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = scope["client"][0]
        environ["REMOTE_PORT"] = str(scope["client"][1])
    _add_headers(environ, scope["headers"])
    if "CONTENT_LENGTH" not in environ and "HTTP_TRANSFER_ENCODING" in environ:
        environ["CONTENT_LENGTH"] = str(_size_of(body))
    return environ


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        if b"_" in raw_name:
            # `x_forwarded_for` would arrive under the name of `x-forwarded-for`.
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value


def _size_of(body: IO[bytes]) -> int:
    size = body.seek(0, io.SEEK_END)
    body.seek(0)
    return size


def _announced_bytes(scope: Message) -> int:
    sizes = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(sizes[0]) if sizes and sizes[0].isdigit() else 0


async def _piece_of_body(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(PIECE_WITHIN_S):
            message = await receive()
    except TimeoutError:
        raise BodyTooSlow from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


async def _answer(
    send: Send,
    status: int,
    words: bytes,
    *headers: tuple[bytes, bytes],
    kind: bytes = b"text/plain; charset=utf-8",
) -> None:
    plain = (b"content-type", kind)
    size = (b"content-length", str(len(words)).encode())
    with suppress(OSError):
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [plain, size, *headers]})
        await send({"type": "http.response.body", "body": words})
