"""Writes and reads the journal.

`publish` is the only way in. It counts the stream up, writes the entry and its outbox item and,
where given, the row that the event is about, all in one statement: the counter's row is locked
last, for as short as can be, and `seq` has no gaps because all of it commits or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from types import NoneType
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.utils import timezone
from psycopg.errors import NotNullViolation

from core.actor import Actor
from core.ids import new_id
from events import render
from events.handlers import wanted_handlers
from events.models import Entry, Stream
from events.registry import EventType, Fact, type_of
from tenants.context import current_tenant
from tenants.statements import hot_rows

MOST_ENTRIES = 500
"""Most entries that one read returns."""


@dataclass(frozen=True, slots=True)
class Head:
    """A journal entry that was just written, before anybody has read it back."""

    entry_id: UUID
    stream_id: UUID
    seq: int
    kind: EventType
    fact: Any
    occurred_at: datetime


class Gone(Exception):
    """What a fact depends on was no longer so when the fact was to be written."""


class Gate(NamedTuple):
    """A right that the statement looks up by itself, so that nobody has to ask for it before.

    `sql` selects the `id` of the row of `model` that gives the right and the `epoch` of the stream
    as its rights stand; at most one row, none where there is no such right.
    """

    model: type[models.Model]
    sql: str
    params: Sequence[Any]


def publish(
    fact: Fact,
    *,
    by: Actor,
    row: models.Model | None = None,
    at: datetime | None = None,
    needs: models.Model | None = None,
    epoch: int | None = None,
    gate: Gate | None = None,
) -> Head:
    """Record a fact in its stream's journal; it goes live when the transaction commits.

    `row` is an unsaved instance whose `seq` field takes the entry's number: it is inserted by the
    same statement and is handed to the renderer, which then need not read it back.
    `needs` is a row that must still be there once the stream is locked: whoever deletes it holds
    the stream, so that nothing that needs it follows its deletion. `epoch` goes with it: the
    stream's, as it was when the rights were read. `gate` takes the place of both.

    Errors  IntegrityError where `row` breaks a constraint, Gone where `needs` is not there any
            more, `epoch` has passed or `gate` is shut; nothing is written then.
    """
    now = timezone.now()
    tenant = current_tenant()
    needs_handlers = bool(wanted_handlers(fact))
    outbox = (tenant, needs_handlers, now)
    condition = gate if gate is not None else None if needs is None else _Needed(needs, epoch)
    head = _append(fact, by=by, row=row, at=at or now, outbox=outbox, only_if=condition)
    go_live = partial(render.go_live, tenant, head, row, needs_handlers)
    transaction.on_commit(go_live, robust=True)
    return head


_TOGETHER = """
WITH given AS (
    SELECT *, row_number() OVER (PARTITION BY stream_id ORDER BY n) AS nth,
           count(*) OVER (PARTITION BY stream_id) AS of_all
      FROM unnest(%(streams)s::uuid[], %(entries)s::uuid[], %(data)s::text[],
                  %(wanted)s::boolean[]) WITH ORDINALITY one(stream_id, entry_id, data, wanted, n)),
head AS (
    INSERT INTO events_stream (id, kind, last_seq)
    SELECT stream_id, %(kind)s, count(*) FROM given GROUP BY stream_id ORDER BY stream_id
    ON CONFLICT (id) DO UPDATE SET last_seq = events_stream.last_seq + excluded.last_seq
    RETURNING id, last_seq),
numbered AS (
    SELECT given.*, last_seq - of_all + nth AS seq FROM given JOIN head ON head.id = stream_id),
entry AS (
    INSERT INTO events_entry
    (id, stream_id, stream_kind, seq, type, data, actor_id, correlation_id, occurred_at)
    SELECT entry_id, stream_id, %(kind)s, seq, %(type)s, data::jsonb, %(actor)s::uuid,
           %(correlation)s, %(at)s::timestamptz
      FROM numbered ORDER BY n),
outbox AS (
    INSERT INTO public.outbox_outboxitem (entry_id, tenant, needs_handlers, created_at, attempts)
    SELECT entry_id, %(tenant)s, wanted, %(at)s::timestamptz, 0 FROM given ORDER BY n)
SELECT seq FROM numbered ORDER BY n
"""


def publish_all(facts: Sequence[Fact], *, by: Actor) -> list[Head]:
    """Publish facts of one kind, in their order, by one statement for them all.

    For what happens to many things at once, or is told to many people: on one stream, or on as
    many as there are facts. The streams are locked in the order of their ids, and the frames are
    rendered in one batch after the commit.
    """
    if not facts:
        return []
    kind, now, tenant = type_of(facts[0]), timezone.now(), current_tenant()
    streams = [kind.stream_id(fact) for fact in facts]
    entries = [new_id() for _fact in facts]
    wanted = [bool(wanted_handlers(fact)) for fact in facts]
    with connection.cursor() as cursor:
        cursor.execute(
            _TOGETHER,
            {
                "streams": streams,
                "entries": entries,
                "data": [orjson.dumps(fact).decode() for fact in facts],
                "wanted": wanted,
                "kind": kind.stream.value,
                "type": kind.name,
                "actor": by.user_id,
                "correlation": by.correlation_id,
                "at": now,
                "tenant": tenant,
            },
        )
        numbers = [seq for (seq,) in cursor.fetchall()]
    written = [
        Head(entry_id, stream_id, seq, kind, fact, now)
        for entry_id, stream_id, seq, fact in zip(entries, streams, numbers, facts, strict=True)
    ]
    transaction.on_commit(partial(render.go_live_together, tenant, written, wanted), robust=True)
    return written


def record(
    fact: Fact, *, by: Actor, row: models.Model | None = None, at: datetime | None = None
) -> Head:
    """Record a fact of the past, which nobody is told of: no frame, no handler. For imports."""
    return _append(fact, by=by, row=row, at=at or timezone.now(), outbox=None)


def _append(
    fact: Fact,
    *,
    by: Actor,
    row: models.Model | None,
    at: datetime,
    outbox: tuple[str, bool, datetime] | None,
    only_if: "Gate | _Needed | None" = None,
) -> Head:
    kind = type_of(fact)
    entry_id, stream_id = new_id(), kind.stream_id(fact)
    data = orjson.dumps(fact).decode()
    sql, params = _statement(
        stream=(stream_id, kind.stream.value),
        entry=(entry_id, kind.name, data, by.user_id, by.correlation_id),
        at=at,
        outbox=outbox,
        row=row,
        only_if=only_if,
    )
    try:
        numbers = hot_rows(sql, params)
    except IntegrityError as wrong:
        if only_if is not None and _is_unnumbered(wrong):
            raise Gone(stream_id) from wrong
        raise
    if not numbers:
        raise Gone(stream_id)
    ((seq,),) = numbers
    if row is not None:
        cast(Any, row).seq = seq
        row._state.adding = False
        row._state.db = connection.alias
    return Head(entry_id, stream_id, seq, kind, fact, at)


def hold(*stream_ids: UUID) -> None:
    """Lock a stream until the transaction ends, so that what is read stays true until `publish`.

    Work that changes rows of a stream holds it first: with one lock order nothing can deadlock.
    Several are named in one call, and are locked in the order of their ids.
    """
    rows = Stream.objects.select_for_update().filter(id__in=stream_ids)
    list(rows.order_by("id").values_list("id"))


def next_epoch(stream_id: UUID) -> int:
    """Say that from now on others may write in a stream than before; the caller holds it.

    Returns the new epoch. Whoever read their rights before it has its fact refused by `publish`.
    """
    rows = Stream.objects.filter(id=stream_id)
    rows.update(epoch=F("epoch") + 1)
    return rows.values_list("epoch", flat=True).first() or 0


def heads(stream_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The last `seq` of each stream; a stream without events maps to 0."""
    found = dict(Stream.objects.filter(id__in=stream_ids).values_list("id", "last_seq"))
    return {stream_id: found.get(stream_id, 0) for stream_id in stream_ids}


def entries_after(stream_id: UUID, seq: int, *, limit: int = MOST_ENTRIES) -> list[Entry]:
    """The entries of a stream that follow `seq`, oldest first."""
    return list(
        Entry.objects.filter(stream_id=stream_id, seq__gt=seq).order_by("seq")[
            : min(limit, MOST_ENTRIES)
        ]
    )


class _Needed(NamedTuple):
    """A row that has to be there still, and the epoch that its right was read in."""

    row: models.Model
    epoch: int | None


def _statement(
    *,
    stream: tuple[UUID, str],
    entry: tuple[UUID, str, str, UUID | None, str],
    at: datetime,
    outbox: tuple[str, bool, datetime] | None,
    row: models.Model | None,
    only_if: Gate | _Needed | None,
) -> tuple[str, list]:
    """The one statement that counts up and writes everything with the new number."""
    condition: _Condition = None
    params: list = [*stream]
    if isinstance(only_if, Gate):
        condition = (only_if.model, only_if.sql)
        params = [*only_if.params, *stream]
    elif only_if is not None:
        condition = (type(only_if.row), only_if.epoch is not None)
        params += [only_if.row.pk, *([] if only_if.epoch is None else [only_if.epoch])]
    sql, fields = _shape(None if row is None else type(row), outbox is not None, condition)
    entry_id, type_name, data, actor_id, correlation = entry
    params += [entry_id, *stream, type_name, data, actor_id, correlation, at]
    if outbox is not None:
        params += [entry_id, *outbox]
    params += [_value(row, field) for field in fields]
    return sql, params


# Django would hand these on as they are, after five calls for each; the database checks the rest.
_AS_IT_IS = frozenset({NoneType, UUID, str, bool, datetime})
_PLAIN = frozenset(
    {models.UUIDField, models.CharField, models.TextField, models.BooleanField}
    | {models.DateTimeField}
)


def _value(row: models.Model | None, field: models.Field) -> Any:
    """What a field of a new row is written as."""
    value = getattr(row, field.attname)
    if type(value) in _AS_IT_IS and type(field) in _PLAIN:
        return value
    return field.get_db_prep_save(value, connection)


type _Condition = tuple[type[models.Model], str | bool] | None
"""The model of the row that gives the right, and the query of a gate, or whether an epoch is known.
"""


@cache
def _shape(
    model: type[models.Model] | None, is_owed: bool, condition: _Condition
) -> tuple[str, list[models.Field]]:
    """Compose the statement, and say which fields of the row it takes; once per kind of row."""
    gate = condition[1] if condition is not None and isinstance(condition[1], str) else None
    numbered = "(SELECT (SELECT last_seq FROM still) AS last_seq FROM head) one"
    parts = [
        *([] if gate is None else [f"gate AS MATERIALIZED ({gate})"]),
        "head AS (INSERT INTO events_stream (id, kind, last_seq)"
        f" SELECT %s::uuid, %s, 1{'' if gate is None else ' FROM gate'}"
        " ON CONFLICT (id) DO UPDATE SET last_seq = events_stream.last_seq + 1"
        " RETURNING last_seq, epoch)",
        *([] if condition is None else [_still(*condition)]),
        "entry AS (INSERT INTO events_entry"
        " (id, stream_id, stream_kind, seq, type, data, actor_id, correlation_id, occurred_at)"
        " SELECT %s::uuid, %s::uuid, %s, last_seq, %s, %s::jsonb, %s::uuid, %s, %s::timestamptz"
        f" FROM {'head' if condition is None else numbered})",
    ]
    if is_owed:
        parts.append(
            "outbox AS (INSERT INTO public.outbox_outboxitem"
            " (entry_id, tenant, needs_handlers, created_at, attempts)"
            " SELECT %s::uuid, %s, %s, %s::timestamptz, 0 FROM head)"
        )
    fields: list[models.Field] = []
    if model is not None:
        insert, fields = _insert(model)
        parts.append(insert)
    return f"WITH {', '.join(parts)} SELECT last_seq FROM head", fields


def _still(needed: type[models.Model], how: str | bool) -> str:
    """Look whether the needed row is there once the stream is locked, and the epoch is the same.

    The statement's snapshot is older than its wait for the lock and still shows a row that was
    deleted meanwhile, and a gate as it was; locking the row asks for the truth of now. The epoch
    stands in the counter's row, which is locked and read as it is now in any case. Without either
    the entry has no number, which its column refuses, and with it the whole statement.
    """
    table = connection.ops.quote_name(needed._meta.db_table)
    if isinstance(how, str):
        where = (
            f"gate JOIN {table} needed ON needed.id = gate.id, head WHERE head.epoch = gate.epoch"
        )
    else:
        same = " WHERE head.epoch = %s" if how else ""
        where = f"head JOIN {table} needed ON needed.id = %s::uuid{same}"
    return f"still AS MATERIALIZED (SELECT head.last_seq FROM {where} FOR KEY SHARE OF needed)"


def _is_unnumbered(wrong: IntegrityError) -> bool:
    found = getattr(wrong.__cause__, "diag", None)
    return (
        isinstance(wrong.__cause__, NotNullViolation)
        and found is not None
        and (found.table_name, found.column_name) == ("events_entry", "seq")
    )


def _insert(model: type[models.Model]) -> tuple[str, list[models.Field]]:
    """Compose the insertion of a row whose `seq` comes from the counter."""
    columns, expressions, fields = [], [], []
    for field in model._meta.concrete_fields:
        kind = field.db_type(connection)
        if field.generated or field.column is None or kind is None:
            continue
        columns.append(connection.ops.quote_name(field.column))
        if field.attname == "seq":
            expressions.append("head.last_seq")
            continue
        expressions.append(f"%s::{kind}")
        fields.append(field)
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"subject AS (INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(expressions)} FROM head)",
        fields,
    )
