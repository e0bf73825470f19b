"""Turns committed events into frames, once per event, and sends them out.

The features above register how their events look to a browser; this module knows only that there
is a renderer per event type.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import models

from events import bus
from events.models import Entry, StreamKind
from events.registry import EventType, type_named, type_of_class
from events.topics import topic_of

if TYPE_CHECKING:
    from events.journal import Head

type Renderer = Callable[[Any, models.Model | None], dict | None]
"""Takes the fact, and the row it is about where the caller holds it; returns the frame's `data`.

None where the thing is gone: the frame then carries `data: null` and keeps the numbering whole.
"""

_renderers: dict[str, Renderer] = {}


def renders[R: Renderer](*facts: type) -> Callable[[R], R]:
    """Register how these events look to a browser."""

    def register(render: R) -> R:
        for fact in facts:
            _renderers[type_of_class(fact).name] = render
        return render

    return register


def go_live(tenant: str, head: "Head", row: models.Model | None, needs_handlers: bool) -> None:
    """Publish a committed event to its topic and wake the relay; runs after the commit."""
    kind = type_named(head.type)
    frame = frame_of(kind, head.entry_id, head.stream_id, head.seq, head.fact, row)
    topic = topic_of(tenant, kind.stream, head.stream_id)
    bus.publish([(topic, frame)], wake=[(tenant, head.entry_id, needs_handlers)])


def frame_of_entry(entry: Entry) -> bytes:
    """The frame of a journal entry, with its rows as they are now."""
    kind = type_named(entry.type)
    return frame_of(kind, entry.id, entry.stream_id, entry.seq, kind.read(entry.data), None)


def frame_of(
    kind: EventType, entry_id: UUID, stream_id: UUID, seq: int, fact: Any, row: models.Model | None
) -> bytes:
    """Encode one event as a frame of `/ws/v1`."""
    render = _renderers.get(kind.name)
    return orjson.dumps(
        {
            "type": "event",
            "id": entry_id,
            "event": kind.name,
            "stream": kind.stream.value,
            "conversation_id": stream_id if kind.stream is StreamKind.CONVERSATION else None,
            "seq": seq,
            "data": fact if render is None else render(fact, row),
        }
    )
