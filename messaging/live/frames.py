"""What the hub reads of a frame, and the topics it travels on."""

from __future__ import annotations

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
