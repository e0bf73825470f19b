"""One topic in one process: who listens, and how far it has come."""

from __future__ import annotations

import asyncio

from messaging.live.frames import Frame, Topic
from messaging.live.socket import Socket


class Hold:
    """Marks a socket that gets nothing of a topic until its own filling is done."""

    __slots__ = ()


class Channel:
    """The state of a topic. `last_seq` is None until its head is known."""

    __slots__ = (
        "begins",
        "empty_since",
        "held",
        "is_archived",
        "is_repair_wanted",
        "joining",
        "last_seq",
        "moved_at",
        "repair",
        "sockets",
        "taken",
        "topic",
    )

    def __init__(self, topic: Topic, now: float) -> None:
        self.topic = topic
        self.last_seq: int | None = None
        self.sockets: dict[Socket, None] = {}
        #: Sockets that have everything up to a number the topic has not reached yet, or are filled.
        self.joining: dict[Socket, int | Hold] = {}
        #: The last frame of the journal that arrived, as it was published.
        self.taken = b""
        #: Frames that came before their turn.
        self.held: dict[int, Frame] = {}
        self.repair: asyncio.Task[None] | None = None
        self.is_repair_wanted = False
        #: The hub's beat when the topic last moved.
        self.moved_at = 0
        self.empty_since: float | None = now
        self.is_archived = False
        #: Who may not read from the start: the first number they may see anything of.
        self.begins: dict[str, int] = {}

    @property
    def reached(self) -> int:
        """The last number delivered, 0 for none."""
        return self.last_seq or 0

    def listeners(self) -> list[Socket]:
        """Everybody with a seat here, be they waiting for it or not."""
        return [*self.sockets, *self.joining]

    def seat(self, socket: Socket, reached: int) -> None:
        """Put a socket that has everything up to `reached` where it belongs."""
        self.empty_since = None
        socket.topics.add(self.topic.name)
        self.joining.pop(socket, None)
        if reached <= self.reached:
            self.sockets[socket] = None
        else:
            self.sockets.pop(socket, None)
            self.joining[socket] = reached

    def seat_arrived(self) -> None:
        """Seat those who were waiting for the number that was just delivered."""
        for socket, reached in list(self.joining.items()):
            if not isinstance(reached, Hold) and reached <= self.reached:
                self.seat(socket, reached)

    def hold_back(self, socket: Socket, hold: Hold) -> None:
        """Give a socket a seat, and nothing to read until its hold is over."""
        self.empty_since = None
        self.sockets.pop(socket, None)
        self.joining[socket] = hold
        socket.topics.add(self.topic.name)

    def unseat(self, socket: Socket, now: float) -> None:
        """Take a socket out."""
        socket.topics.discard(self.topic.name)
        self.sockets.pop(socket, None)
        self.joining.pop(socket, None)
        if not self.sockets and not self.joining:
            self.empty_since = now
