"""What waits for one slow reader: bounded, and honest about what was left out. No I/O."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

#: The lane of frames that belong to no conversation (the person's own stream, pings, typing).
OWN = ""


class Waiting(NamedTuple):
    lane: str
    text: str
    #: Typing and presence: worth nothing later, so nobody is told when they are dropped.
    is_fleeting: bool


@dataclass(slots=True)
class Backlog:
    """Frames a socket could not take yet, oldest first.

    Overflow   the lane (conversation) with most frames waiting loses all of them and takes no more
               until the reader has caught up; then `losses()` names it once: the client reloads it.
    Bound      `most_frames` and `most_bytes`, whichever is met first, each counted over all lanes.
    """

    most_frames: int = 256
    most_bytes: int = 1024 * 1024
    _frames: deque[Waiting] = field(default_factory=deque)
    _size_bytes: int = 0
    _lost: dict[str, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def push(self, lane: str, text: str, *, is_fleeting: bool = False) -> None:
        """Keep a frame, or drop it, in which case its lane is reported by `losses()` later."""
        # What is of passing worth goes first: long before anything else has to.
        if is_fleeting and len(self._frames) * 4 >= self.most_frames:
            return
        if is_fleeting and not self._has_room(text):
            return
        if lane in self._lost:
            return
        while not self._has_room(text):
            heaviest = self._heaviest(lane)
            self._drop(heaviest)
            if heaviest == lane:
                return
        self._frames.append(Waiting(lane, text, is_fleeting))
        self._size_bytes += len(text)

    def pop(self) -> str | None:
        """The next frame to write, or None when the reader has caught up."""
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._size_bytes -= len(frame.text)
        return frame.text

    def losses(self) -> list[str]:
        """The lanes that lost frames since the last call; they take frames again from now on."""
        lost = list(self._lost)
        self._lost.clear()
        return lost

    def forget(self, lane: str) -> None:
        """Drop what waits on a lane without telling: the person may not see it any more."""
        self._lost.pop(lane, None)
        self._remove(lane)

    def clear(self) -> None:
        self._frames.clear()
        self._lost.clear()
        self._size_bytes = 0

    def _has_room(self, text: str) -> bool:
        return (
            len(self._frames) < self.most_frames and self._size_bytes + len(text) <= self.most_bytes
        )

    def _heaviest(self, newcomer: str) -> str:
        weight = Counter({newcomer: 1})
        for frame in self._frames:
            weight[frame.lane] += 1
        return weight.most_common(1)[0][0]

    def _drop(self, lane: str) -> None:
        self._lost[lane] = None
        self._remove(lane)

    def _remove(self, lane: str) -> None:
        kept = deque(frame for frame in self._frames if frame.lane != lane)
        self._size_bytes = sum(len(frame.text) for frame in kept)
        self._frames = kept
