"""A process beside the server's own, for the tenant that asks without a pause.

The threads of a process share one interpreter, so that whoever keeps some of them busy slows down
everybody's. Its requests are handed over to this process, which the kernel prefers less. It is
started when it is first needed, and ends with the process that started it.

Wire    a socket per place, one request on it at a time: a length of four bytes, then `marshal`.
        A request is (environ, body); its answer some (status, headers, piece, is_last), or
        `None` for one that the server should make by itself.

No place waits for a client: an answer is read to its end before any of it is sent. What is larger
than is worth keeping for that (a file that is downloaded) the server's own threads make, in pieces.
"""

import asyncio
import contextvars
import io
import marshal
import os
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any

from core.answering import PIECE_BYTES, Response
from core.pace import Pace
from core.redis_line import Errands

type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Place = tuple[asyncio.StreamReader, asyncio.StreamWriter]
type Places = asyncio.Queue[Place | None]

_LENGTH = struct.Struct("!I")
_READY = b"r"
_NICE = 10
_START_AGAIN_S = 5.0
_IN_MEMORY_BYTES = 256 * 1024
_MOST_KEPT_BYTES = 4 * 2**20
_ELSEWHERE = marshal.dumps(None)
_NOT_SENT = ("wsgi.input", "wsgi.errors")


class LaneGone(Exception):
    """The process ended in the middle of a request."""


class Lane:
    """The server's end. `app` names the WSGI application, as `module:attribute`.

    A place rests after each request for as long as the server's own thread lacks a processor.
    """

    def __init__(self, app: str, *, places: int = 2, pace: Pace | None = None) -> None:
        self._app = app
        self._places = places
        self.pace = pace or Pace()
        self._free: Places | None = None
        self._starting: asyncio.Task[None] | None = None
        self._not_before = 0.0

    @property
    def is_open(self) -> bool:
        """Whether requests can be handed over."""
        return self._free is not None

    def wake(self) -> None:
        """Have the process started, unless it is; what comes meanwhile is served elsewhere."""
        now = asyncio.get_running_loop().time()
        is_starting = self._starting is not None and not self._starting.done()
        if self._free is None and not is_starting and now >= self._not_before:
            self._not_before = now + _START_AGAIN_S
            self._starting = asyncio.create_task(self._start())

    async def answer(self, environ: dict[str, Any], body: bytes) -> "Answer | None":
        """Have a request answered; None for a GET that the server should answer by itself.

        Errors  LaneGone where nothing of the answer is there and the process ended.
        """
        free = self._free
        if free is None:
            raise LaneGone
        place = await free.get()
        if place is None:
            free.put_nowait(None)  # for the next one that waits
            raise LaneGone
        loop = asyncio.get_running_loop()
        began, answer = loop.time(), Answer()
        reader, writer = place
        try:
            plain = {name: value for name, value in environ.items() if name not in _NOT_SENT}
            _write(writer, (plain, body))
            while not answer.is_whole and (told := await _read(reader)) is not None:
                answer.add(*told)
        except (OSError, EOFError) as wrong:
            self._close(free, place)
            if not answer.is_begun:
                raise LaneGone from wrong
        except BaseException:
            # The rest of the answer still stands in the socket: no other request may read it.
            self._close(free, place)
            answer.close()
            raise
        else:
            now = loop.time()
            rest_s = self.pace.rest_s(now - began, now)
            loop.call_later(rest_s, self._give_back, free, place)
            answer.held_s = now - began + rest_s
        return answer if answer.is_begun else None

    async def _start(self) -> None:
        pairs = [socket.socketpair() for _ in range(self._places)]
        theirs = [their.fileno() for _, their in pairs]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "core.lane", self._app, *map(str, theirs)),
            pass_fds=theirs,
            stdin=asyncio.subprocess.DEVNULL,
        )
        for _, their in pairs:
            their.close()
        free: Places = asyncio.Queue()
        try:
            for own, _ in pairs:
                own.setblocking(False)
                reader, writer = await asyncio.open_connection(sock=own)
                await reader.readexactly(len(_READY))
                free.put_nowait((reader, writer))
        except (OSError, EOFError):
            for own, _ in pairs:
                own.close()
            await process.wait()
            return
        self._free = free
        await process.wait()
        self._shut(free)

    def _give_back(self, free: Places, place: Place) -> None:
        if self._free is free:
            free.put_nowait(place)
        else:
            place[1].close()

    def _close(self, free: Places, place: Place) -> None:
        """Close all that is free: the process ends when the last of its places is closed."""
        place[1].close()
        self._shut(free)

    def _shut(self, free: Places) -> None:
        if self._free is not free:
            return
        self._free = None
        while not free.empty():
            if (left := free.get_nowait()) is not None:
                left[1].close()
        # Whoever waits for a place is told that there will be none.
        free.put_nowait(None)


class Answer:
    """An answer that was read from the lane, in memory or, when large, in a temporary file."""

    def __init__(self) -> None:
        self.is_begun = self.is_whole = False
        self.held_s = 0.0
        """Seconds for which it held its place, rest included."""
        self._start: dict[str, Any] = {"type": "http.response.start"}
        self._body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115

    def add(self, status: int, headers: list, piece: bytes, is_last: bool) -> None:
        self.is_begun, self.is_whole = True, is_last
        self._start |= {"status": status, "headers": headers}
        self._body.write(piece)

    def close(self) -> None:
        self._body.close()

    async def send_to(self, send: Send) -> None:
        """Send it as fast as the client takes it; one that broke off is left open at its end."""
        with self._body as body, suppress(OSError):
            body.seek(0)
            await send(self._start)
            piece = body.read(PIECE_BYTES)
            while following := body.read(PIECE_BYTES):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = following
            last = {"type": "http.response.body", "body": piece}
            await send({**last, "more_body": not self.is_whole})


def _write(writer: asyncio.StreamWriter, what: Any) -> None:
    packed = marshal.dumps(what)
    writer.write(_LENGTH.pack(len(packed)) + packed)


async def _read(reader: asyncio.StreamReader) -> Any:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    # Only this process and its own child hold the two ends.
    return marshal.loads(await reader.readexactly(length))  # noqa: S302


# --- the process's end --------------------------------------------------------------------------


def serve(app: Callable[..., Iterable[bytes]], place: socket.socket) -> None:
    """Answer one request after the other until the server closes its end.

    An answer that breaks off closes ours: only that tells the server that no more of it comes.
    """
    place.sendall(_READY)
    with place, place.makefile("rb") as requests, suppress(OSError):
        while length := requests.read(_LENGTH.size):
            environ, body = marshal.loads(requests.read(*_LENGTH.unpack(length)))  # noqa: S302
            environ |= {"wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr}
            contextvars.Context().run(_answer, app, environ, place)


def _answer(app: Callable[..., Iterable[bytes]], environ: dict, place: socket.socket) -> None:
    response, errands = Response(), Errands()
    try:
        piece = errands.of(lambda: response.begin(app, environ))
        if environ["REQUEST_METHOD"] == "GET" and _is_large(response, piece):
            return place.sendall(_LENGTH.pack(len(_ELSEWHERE)) + _ELSEWHERE)
        while True:
            is_last = len(piece) < PIECE_BYTES
            packed = marshal.dumps((response.status, response.headers, piece, is_last))
            place.sendall(_LENGTH.pack(len(packed)) + packed)
            if is_last:
                break
            piece = response.next_piece()
    finally:
        response.close()
        errands.run()


def _is_large(response: Response, piece: bytes) -> bool:
    """Whether an answer of several pieces is too large to be kept, or does not say how large."""
    if len(piece) < PIECE_BYTES:
        return False
    sizes = [value for name, value in response.headers if name == b"content-length"]
    return not sizes or not sizes[0].isdigit() or int(sizes[0]) > _MOST_KEPT_BYTES


def main(arguments: list[str]) -> None:
    """Load the application, then serve each of the inherited sockets in a thread of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; we end with it
    os.nice(_NICE)
    module, _, name = arguments[0].partition(":")
    app = getattr(import_module(module), name)
    places = [socket.socket(fileno=int(number)) for number in arguments[1:]]
    threads = [Thread(target=serve, args=(app, place)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1:])
