"""Long histories made in bulk: words that are everywhere, words in five messages, threads.

Runs in Django. Used by the scenario M (a million messages) and, with fewer, by `tests/scale`.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from tests.bench.world import RARE_WORDS

AT_ONCE = 50_000
"""Messages per statement: a statement keeps all it makes in hand."""

_SYLLABLES = [c + v for c in "bdfgklmnprst" for v in ("a", "e", "i")]
_WORDS = [f"{a}{b}" for a in _SYLLABLES for b in _SYLLABLES][:1024]

_FILL = """
WITH words AS (SELECT %(words)s::text[] AS list),
numbered AS (
    SELECT n, %(began)s::timestamptz + n * %(apart)s::float8 * interval '1 second' AS at
      FROM generate_series(%(first)s, %(last)s) n),
said AS (
    SELECT n, at,
           -- As the product makes them: the milliseconds first, so that ids rise with the time.
           (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7000' || %(room4)s
            || lpad(to_hex(n), 12, '0'))::uuid AS id,
           (SELECT string_agg(list[1 + (hashint4(n * 31 + k) & 1023)], ' ')
              FROM words, generate_series(1, %(length)s) k)
           || CASE WHEN n %% 4 = 0 THEN ' release' ELSE '' END
           || CASE WHEN n %% (%(many)s / 5) = 7 THEN ' ' || %(rare)s ELSE '' END AS text,
           people[1 + n %% cardinality(people)] AS author
      FROM numbered, (SELECT %(people)s::uuid[] AS people) given),
entered AS (
    INSERT INTO events_entry
           (id, stream_id, stream_kind, seq, type, data, actor_id, correlation_id, occurred_at)
    SELECT id, %(room)s, 'conversation', n, 'chancery.message.created.v1',
           jsonb_build_object('conversation_id', %(room)s::uuid, 'message_id', id,
                              'author_id', author),
           author, 'bench', at
      FROM said)
INSERT INTO messaging_message
       (id, conversation_id, seq, author_id, kind, text, key, also_in_conversation, created_at,
        thread_id)
SELECT id, %(room)s, n, author, 'text', text, id, false, at,
       %(thread)s::uuid
  FROM said
"""


def fill(
    room: UUID,
    people: Sequence[UUID],
    many: int,
    *,
    began: str = "2026-01-01T00:00:00Z",
    apart_s: float = 20.0,
    length: int = 14,
    in_one_thread: bool = False,
    after_each: Callable[[int], None] = lambda done: None,
) -> None:
    """Write so many messages and their journal, oldest first, the people taking turns.

    With `in_one_thread` all but the first are replies to it, of which the conversation shows none.
    """
    from django.db import connection

    from events.models import Stream
    from messaging.messages.models import Message

    values = {
        "room": room,
        "room4": f"8{room.hex[-3:]}",
        "people": list(people),
        "many": many,
        "began": began,
        "apart": apart_s,
        "length": length,
        "words": _WORDS,
        "rare": RARE_WORDS,
        "thread": None,
    }
    starts = [1, *range(2, many + 1, AT_ONCE)]
    for first, last in zip(
        starts, [1, *(start + AT_ONCE - 1 for start in starts[1:])], strict=True
    ):
        if in_one_thread and first == 2:
            values["thread"] = Message.objects.get(conversation_id=room, seq=1).id
        with connection.cursor() as cursor:
            cursor.execute(_FILL, values | {"first": first, "last": min(last, many)})
        after_each(min(last, many))
    if in_one_thread:
        Message.objects.filter(conversation_id=room, seq=1).update(reply_count=many - 1)
    Stream.objects.filter(id=room).update(last_seq=many)
