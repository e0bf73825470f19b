"""One connection as the hub sees it: who it is, and a way to write that never blocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson

from messaging.live.buffer import OWN, Backlog
from messaging.live.wire import server_of, write_past

logger = logging.getLogger(__name__)

type Send = Callable[[dict[str, Any]], Awaitable[None]]

#: How long a close frame may wait for a reader that does not read before the connection is cut.
CLOSE_GRACE_S = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    """Whose connection it is, and the credential it came with."""

    tenant: str
    user_id: str
    #: Names the session or token, so that revoking one closes its sockets and no others.
    credential: str
    can_write: bool = True
    is_guest: bool = False
    #: The topics of the conversations that a token is limited to; None for all of the person's.
    only: frozenset[str] | None = None
    #: When the credential ends by itself, as seconds of the epoch.
    expires_at: float | None = None
    #: When it ends unless something was done meanwhile: a session used, a second factor set up.
    judge_at: float | None = None

    def reaches(self, topic: str) -> bool:
        """Say whether the credential goes as far as a conversation of the person."""
        return self.only is None or topic in self.only


class Socket:
    """Writes to one client.

    With no backlog a frame goes straight to the transport: past the server's `send` where that is
    possible (`wire`), else the send is a task that is begun at once and, unless the transport is
    full, is done when `write` returns. Otherwise frames wait in a bounded `Backlog` that a single
    task drains.
    """

    __slots__ = (
        "__weakref__",
        "_backlog",
        "_draining",
        "_loop",
        "_reader",
        "_send",
        "_server",
        "connection_id",
        "is_closed",
        "judge",
        "person",
        "pinged_at",
        "topics",
    )

    def __init__(
        self, person: Person, connection_id: str, send: Send, *, backlog: Backlog | None = None
    ) -> None:
        self.person = person
        self.connection_id = connection_id
        self.topics: set[str] = set()
        self.is_closed = False
        #: Has the credential looked at again; set by whoever brought the client in.
        self.judge: Callable[[], Coroutine[Any, Any, None]] | None = None
        #: The hub's beat at the last ping; heads that moved since are in the next one.
        self.pinged_at = 0
        self._send = send
        self._server = server_of(send)
        self._loop = asyncio.get_running_loop()
        self._backlog = backlog
        self._draining: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[Any] | None = None

    def write(
        self, lane: str, text: str, *, message: bytes | None = None, is_fleeting: bool = False
    ) -> None:
        """Write a frame now, or keep it in order; never waits, never raises.

        `message` is the same text, `wire.encoded` once for all who get it.
        """
        if self.is_closed:
            return
        if self._draining is not None:
            self._waiting.push(lane, text, is_fleeting=is_fleeting)
            return
        if message is not None and self._server is not None and self._is_written(message):
            return
        begun = self._begin({"type": "websocket.send", "text": text})
        if begun is not None:
            self._draining = self._loop.create_task(self._drain(begun))

    def tell(self, frame: dict[str, Any], *, is_fleeting: bool = False) -> None:
        """Write a frame that is for this client alone."""
        self.write(OWN, orjson.dumps(frame).decode(), is_fleeting=is_fleeting)

    async def push(self, text: str) -> None:
        """Write a frame and wait until the transport has room again; for long answers."""
        if not self.is_closed:
            await self._send({"type": "websocket.send", "text": text})

    def forget(self, lane: str) -> None:
        """Drop what still waits for a conversation that the person may no longer see."""
        if self._backlog is not None:
            self._backlog.forget(lane)

    def read_by(self, task: asyncio.Task[Any] | None) -> None:
        """Name the task that reads this client, so that a client that is stuck can be cut off."""
        self._reader = task

    def close(self, code: int, *, last: dict[str, Any] | None = None) -> None:
        """End the connection, with a `last` frame before the close frame if there is room."""
        if self.is_closed:
            return
        if last is not None and self._draining is None:
            self._begin({"type": "websocket.send", "text": orjson.dumps(last).decode()})
        self.is_closed = True
        if self._backlog is not None:
            self._backlog.clear()
        closing = self._begin({"type": "websocket.close", "code": int(code)})
        if closing is not None:
            self._loop.call_later(CLOSE_GRACE_S, self._cut, closing)

    @property
    def waiting_frames(self) -> int:
        """How many frames wait for this client."""
        return 0 if self._backlog is None else len(self._backlog)

    @property
    def _waiting(self) -> Backlog:
        # Made when first needed: most clients never have one.
        if self._backlog is None:
            self._backlog = Backlog()
        return self._backlog

    def _is_written(self, message: bytes) -> bool:
        """Write past the server's `send`; False where that cannot be."""
        assert self._server is not None
        try:
            return write_past(self._server, message)
        except Exception:
            # The client is gone; the reader of this connection will hear of it too.
            self.is_closed = True
            return True

    def _begin(self, message: dict[str, Any]) -> asyncio.Task[None] | None:
        """Start a send; returns the task only when it could not finish at once."""
        task = asyncio.Task(self._send(message), loop=self._loop, eager_start=True)  # type: ignore[arg-type]
        if not task.done():
            return task
        if not task.cancelled() and task.exception() is not None:
            # The client is gone; the reader of this connection will hear of it too.
            self.is_closed = True
        return None

    async def _drain(self, first: asyncio.Task[None]) -> None:
        try:
            await first
            while not self.is_closed:
                text = self._waiting.pop()
                if text is None and not self._tell_losses():
                    return
                if text is not None:
                    await self._send({"type": "websocket.send", "text": text})
        except Exception:
            # Whatever the server raises for a client that went away: there is nobody to tell.
            logger.debug("a client went away while its backlog was drained", exc_info=True)
            self.is_closed = True
        finally:
            self._draining = None

    def _tell_losses(self) -> bool:
        """Caught up: say which conversations must be loaded again; False when there are none."""
        losses = self._waiting.losses()
        for lane in losses:
            frame = {"type": "resync", "conversation_id": None if lane == OWN else lane}
            self._waiting.push(OWN, orjson.dumps(frame).decode())
        return bool(losses)

    def _cut(self, closing: asyncio.Task[None]) -> None:
        """The close frame is stuck behind a reader that does not read: drop the connection."""
        if closing.done():
            return
        closing.cancel()
        # The server's protocol object is behind its `send`. Where it is not (another server),
        # ending the reader makes the server close the connection in its own way.
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
        if self._reader is not None:
            self._reader.cancel()


def drain_frame(retry_after_ms: int) -> dict[str, Any]:
    """Tells a client to come back after a delay of its own, so that not all come at once."""
    return {"type": "drain", "retry_after_ms": retry_after_ms}
