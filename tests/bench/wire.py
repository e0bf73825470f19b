"""The load generator's clients: HTTP and WebSocket on bare asyncio protocols.

It shares the machine with what it measures, so it does as little as it can: requests are bytes made
beforehand, answers are cut at Content-Length, frames are searched for a mark and not parsed.
"""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

MARK = b"mark-"
_MARK_LENGTH = 12


class Answer(NamedTuple):
    """An HTTP answer, and when it was complete."""

    status: int
    body: bytes
    at: float


class HttpClient(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def connect(cls, port: int) -> "HttpClient":
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(cls, "127.0.0.1", port)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(self._received) < end + 4 + length or self._answer is None:
            return
        body = bytes(self._received[end + 4 : end + 4 + length])
        self._received.clear()
        answer, self._answer = self._answer, None
        if not answer.done():
            answer.set_result(Answer(int(head[9:12]), body, time.perf_counter()))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed"))


class Arrival:
    """Waits until a marked message has reached so many sockets."""

    __slots__ = ("complete", "left")

    def __init__(self, receivers: int) -> None:
        self.left = receivers
        self.complete: asyncio.Future[float] = asyncio.get_running_loop().create_future()


class Arrivals:
    """Counts marked messages as they come in at all sockets."""

    def __init__(self) -> None:
        self._awaited: dict[bytes, Arrival] = {}
        self._number = 0
        self.seen = 0

    def expect(self, receivers: int) -> tuple[str, Arrival]:
        """Make a mark to put into a text, and what waits for its arrival everywhere."""
        self._number += 1
        mark = MARK + b"%07d" % self._number
        arrival = self._awaited[mark] = Arrival(receivers)
        return mark.decode(), arrival

    def note(self, payload: bytes | bytearray) -> None:
        """Look for marks in what a socket received."""
        at = payload.find(MARK)
        while at >= 0:
            self._arrived(bytes(payload[at : at + _MARK_LENGTH]))
            at = payload.find(MARK, at + _MARK_LENGTH)

    def _arrived(self, mark: bytes) -> None:
        self.seen += 1
        arrival = self._awaited.get(mark)
        if arrival is None:
            return
        arrival.left -= 1
        if arrival.left == 0:
            del self._awaited[mark]
            if not arrival.complete.done():
                arrival.complete.set_result(time.perf_counter())


class LiveClient(asyncio.Protocol):
    """One socket that reads everything and answers pings."""

    def __init__(self, handshake: bytes, take: Callable[[bytes | bytearray], None]) -> None:
        self._handshake = handshake
        self._take = take
        self._received = bytearray()
        self._is_open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(
        cls, port: int, handshake: bytes, take: Callable[[bytes | bytearray], None]
    ) -> "LiveClient":
        """Open a socket and wait for its first frame, which says that it is seated."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(handshake, take), "127.0.0.1", port)
        await client.ready
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._handshake)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._is_open:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            if not received.startswith(b"HTTP/1.1 101"):
                refusal = bytes(received[:80]).decode("latin-1")
                self._end(ConnectionError(f"the handshake was refused: {refusal}"))
                return
            self._is_open = True
            del received[: end + 4]
        self._read_frames()

    def _read_frames(self) -> None:
        received, start = self._received, 0
        while (cut := _cut(received, start)) is not None:
            kind, begin, end = cut
            self._frame(kind, received[begin:end])
            start = end
        del received[:start]

    def _frame(self, kind: int, payload: bytearray) -> None:
        if kind == 9:
            self._transport.write(_masked(10, bytes(payload)))
        elif kind == 8:
            self._end(ConnectionError("the server closed the socket"))
        elif kind == 1:
            if not self.ready.done():
                self.ready.set_result(None)
            if payload.startswith(b'{"type":"ping"'):
                self._transport.write(_PONG)
            self._take(payload)

    def _end(self, error: Exception) -> None:
        if not self.ready.done():
            self.ready.set_exception(error)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionResetError("the server closed"))


def _cut(data: bytearray, start: int) -> tuple[int, int, int] | None:
    """Find the next whole frame: its opcode, and where its payload begins and ends."""
    size = len(data) - start
    if size < 2:
        return None
    length, begin = data[start + 1], start + 2
    if length == 126:
        if size < 4:
            return None
        length, begin = int.from_bytes(data[start + 2 : start + 4]), start + 4
    elif length == 127:
        if size < 10:
            return None
        length, begin = int.from_bytes(data[start + 2 : start + 10]), start + 10
    end = begin + length
    return (data[start] & 15, begin, end) if end <= len(data) else None


def _masked(kind: int, payload: bytes) -> bytes:
    """A client's frame; a mask of zeros leaves a short payload as it is."""
    return bytes([0x80 | kind, 0x80 | len(payload), 0, 0, 0, 0]) + payload


_PONG = _masked(1, b'{"type":"pong"}')
