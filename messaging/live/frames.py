"""What the hub reads of a frame, and the topics it travels on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from messaging.live.buffer import OWN

CONVERSATION, USER, TENANT = "c", "u", "t"


class Topic(NamedTuple):
    """A topic's name taken apart: `<slug>.<kind>.<stream id>`."""

    name: str
    tenant: str
    kind: str
    stream_id: str

    @classmethod
    def parse(cls, name: str) -> Topic:
        tenant, kind, stream_id = name.split(".")
        return cls(name, tenant, kind, stream_id)

    @classmethod
    def of(cls, tenant: str, kind: str, stream_id: str) -> Topic:
        return cls(f"{tenant}.{kind}.{stream_id}", tenant, kind, stream_id)

    @property
    def lane(self) -> str:
        """The lane of its frames in a socket's backlog."""
        return self.stream_id if self.kind == CONVERSATION else OWN


class Frame(NamedTuple):
    """One frame as published, decoded once per process."""

    text: str
    type: str
    event: str
    #: 0 for what is not in the journal (typing, presence).
    seq: int
    body: dict[str, Any]

    @classmethod
    def parse(cls, raw: bytes) -> Frame:
        body = orjson.loads(raw)
        return cls(raw.decode(), body["type"], body.get("event") or "", body.get("seq") or 0, body)

    @property
    def data(self) -> dict[str, Any]:
        """What the event says; empty where the thing is gone."""
        return self.body.get("data") or {}

    @property
    def about(self) -> int:
        """The number of the message that it is about, which may be from long before; else 0."""
        seq = self.data.get("seq")
        return seq if isinstance(seq, int) else 0

    @property
    def withheld(self) -> str:
        """The frame for whoever may not see that message: only its number counts for them."""
        return orjson.dumps({**self.body, "data": None}).decode()

    @classmethod
    def trimmed(cls, raw: Sequence[bytes], begins_at: int) -> list[bytes]:
        """Frames for whoever may see messages from a number on; 0 for those who may see all."""
        if not begins_at:
            return list(raw)
        frames = [cls.parse(each) for each in raw]
        return [
            frame.withheld.encode() if 0 < frame.about < begins_at else each
            for frame, each in zip(frames, raw, strict=True)
        ]
