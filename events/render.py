"""Turns committed events into frames, once per event, and sends them out.

The features above register how their events look to a browser; this module knows only that there
is a renderer per event type. Renderers work on batches: a resume of 500 entries costs as many
queries as one frame.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from core.json import dumps
from events import bus
from events.models import Entry, StreamKind
from events.registry import EventType, type_named
from events.topics import topic_of

if TYPE_CHECKING:
    from events.journal import Head

type Renderer = Callable[[Sequence[Any], Sequence[models.Model | None]], list[Any]]
"""Takes facts of one type, and for each the row it is about where the caller holds it.

Returns the `data` of each frame, with the rows as they are now; None where the thing is gone: the
frame then carries `data: null` and keeps the numbering whole.
"""

MOST_TOGETHER = 50
"""So many frames go to Redis in one round trip: it answers in time, or is taken to be away."""

_renderers: dict[type, Renderer] = {}


def renders[R: Renderer](*facts: type) -> Callable[[R], R]:
    """Register how these events look to a browser; without one the fact itself is the data."""

    def register(render: R) -> R:
        for fact in facts:
            _renderers[fact] = render
        return render

    return register


def go_live(tenant: str, head: "Head", row: models.Model | None, needs_handlers: bool) -> None:
    """Publish a committed event to its topic and wake the relay; runs after the commit."""
    wake = [bus.Wake(tenant, head.entry_id, needs_handlers)]
    if not head.kind.is_told:
        bus.publish_soon([], wake=wake)
        return
    (data,) = _data(head.kind, [head.fact], [row])
    frame = _frame(head.kind, head.entry_id, head.stream_id, head.seq, data)
    topic = topic_of(tenant, head.kind.stream, head.stream_id)
    bus.publish_soon([(topic, frame)], wake=wake)


def go_live_together(tenant: str, heads: Sequence["Head"], needs_handlers: Sequence[bool]) -> None:
    """Publish committed events of one kind, rendered in one batch; runs after the commit."""
    kind = heads[0].kind
    frames: list[tuple[str, bytes]] = []
    if kind.is_told:
        drawn = _data(kind, [head.fact for head in heads], [None] * len(heads))
        frames = [
            (
                topic_of(tenant, kind.stream, head.stream_id),
                _frame(kind, head.entry_id, head.stream_id, head.seq, data),
            )
            for head, data in zip(heads, drawn, strict=True)
        ]
    wakes = [
        bus.Wake(tenant, head.entry_id, needs)
        for head, needs in zip(heads, needs_handlers, strict=True)
    ]
    for start in range(0, len(heads), MOST_TOGETHER):
        some = slice(start, start + MOST_TOGETHER)
        bus.publish_soon(frames[some], wake=wakes[some])


def frames_of(entries: Sequence[Entry]) -> list[bytes]:
    """The frames of journal entries, in their order, with the rows as they are now."""
    by_kind: dict[EventType, list[Entry]] = {}
    for entry in entries:
        by_kind.setdefault(type_named(entry.type, entry.stream_kind), []).append(entry)
    frames: dict[UUID, bytes] = {}
    for kind, group in by_kind.items():
        facts = [kind.read(entry.data) for entry in group]
        for entry, data in zip(group, _data(kind, facts, [None] * len(group)), strict=True):
            frames[entry.id] = _frame(kind, entry.id, entry.stream_id, entry.seq, data)
    return [frames[entry.id] for entry in entries]


def _data(kind: EventType, facts: Sequence[Any], rows: Sequence[models.Model | None]) -> list[Any]:
    if not kind.is_told:
        # An organisation's own stream may hold some of before these had records of their own.
        return [None] * len(facts)
    render = _renderers.get(kind.fact)
    return list(facts) if render is None else render(facts, rows)


def _frame(kind: EventType, entry_id: UUID, stream_id: UUID, seq: int, data: Any) -> bytes:
    """Encode one event as a frame of `/ws/v1`."""
    return dumps(
        {
            "type": "event",
            "id": entry_id,
            "event": kind.name,
            "stream": kind.stream.value,
            "conversation_id": stream_id if kind.stream is StreamKind.CONVERSATION else None,
            "seq": seq,
            "data": data,
        }
    )
