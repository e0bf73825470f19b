"""Writes many facts of the past into one stream at once. For imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import connection

from events.registry import Fact, type_of


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened before anybody was here to be told of it."""

    entry_id: UUID
    fact: Fact
    by_id: UUID | None
    at: datetime


def record_many(past: Sequence[Past], *, correlation_id: str) -> int:
    """Record facts of one stream in their order and return the first one's `seq`.

    Like `journal.record`: no frame, no handler. The stream stays locked until the transaction
    ends, so that the rows that the facts are about can be written with their numbers.
    """
    kind = type_of(past[0].fact)
    stream_id = kind.stream_id(past[0].fact)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_stream (id, kind, last_seq) VALUES (%s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET last_seq = events_stream.last_seq + EXCLUDED.last_seq"
            " RETURNING last_seq",
            [stream_id, kind.stream.value, len(past)],
        )
        first = cursor.fetchone()[0] - len(past) + 1
        with cursor.copy(
            "COPY events_entry"
            " (id, stream_id, stream_kind, seq, type, data, actor_id, correlation_id, occurred_at)"
            " FROM STDIN"
        ) as copy:
            for seq, one in enumerate(past, first):
                data = orjson.dumps(one.fact).decode()
                name = type_of(one.fact).name
                written = (one.entry_id, stream_id, kind.stream.value, seq, name, data)
                copy.write_row((*written, one.by_id, correlation_id, one.at))
    return first
