"""Long histories made in bulk: words that are everywhere, words in five messages, threads.

Runs in Django. Used by the scenario M (a million messages) and, with fewer, by `tests/scale`.

python -m tests.bench.vast make MANY   makes a tenant with a conversation so long, prints it as JSON
python -m tests.bench.vast reads       prints what each request reads there: queries, and rows
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

import django

from tests.bench.world import COMMON_WORD, RARE_WORDS, VAST, Vast, token_of

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
              FROM words, generate_series(1, %(length)s + (hashint4(n) & %(varied)s)) k)
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
    varied: int = 0,
    in_one_thread: bool = False,
) -> None:
    """Write so many messages and their journal, oldest first, the people taking turns.

    `varied` is a mask: up to so many words more than `length`.
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
        "varied": varied,
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
    if in_one_thread:
        Message.objects.filter(conversation_id=room, seq=1).update(reply_count=many - 1)
    Stream.objects.filter(id=room).update(last_seq=many)


def asked_of(vast: Vast) -> dict[str, tuple[str, str]]:
    """What people ask of a long conversation: who, and the path, by what it is."""
    member, outsider = vast.people[0], vast.outsider
    room = f"/conversations/{vast.room}"
    rare = RARE_WORDS.split()[0]
    return {
        "last page": (member, f"{room}/messages?limit=50"),
        "page at a number": (member, f"{room}/messages?limit=50&around_seq={vast.middle_seq}"),
        "place at a date": (member, f"{room}/place?at={vast.middle_at}"),
        "permalink": (member, f"/messages/{vast.middle}"),
        "unread": (member, room),
        "sidebar": (member, "/me/conversations"),
        "common word": (member, f"/search?q={COMMON_WORD}"),
        "common word in it": (member, f"/search?q={COMMON_WORD}&conversation_id={vast.room}"),
        "common word, best first": (member, f"/search?q={COMMON_WORD}&sort=relevant"),
        "rare word": (member, f"/search?q={rare}"),
        "rare word in it": (member, f"/search?q={rare}&conversation_id={vast.room}"),
        "common word, an outsider": (outsider, f"/search?q={COMMON_WORD}"),
        "what somebody wrote": (member, f"/search?q=from:{outsider}"),
    }


def make(many: int) -> Vast:
    """A tenant with one private conversation of so many messages, and small public ones beside."""
    from messaging.messages.models import Message
    from tenants.context import in_tenant
    from tenants.services import create_tenant
    from tests.bench.population import people_with_tokens, room_of

    create_tenant(slug=VAST, name="Vast")
    with in_tenant(VAST):
        *people, outsider = people_with_tokens(101, VAST)
        room = UUID(room_of("vast", people))
        small = [UUID(room_of(f"small-{n}", [*people[:10], outsider])) for n in range(20)]
        with _indexed_at_the_end():
            # As many seconds apart as make them end today.
            fill(room, [UUID(id_) for id_ in people[:20]], many, apart_s=25_000_000 / many)
            for place in small:
                fill(place, [UUID(outsider), UUID(people[1])], 500)
        middle = Message.objects.get(conversation_id=room, seq=many // 2)
    return Vast(
        people=people,
        outsider=outsider,
        room=str(room),
        middle=str(middle.id),
        middle_seq=middle.seq,
        middle_at=middle.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


@contextmanager
def _indexed_at_the_end() -> Iterator[None]:
    """Words are filed all at once: one by one takes four times as long."""
    from django.db import connection

    index = "messaging_message_words_slots"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [index])
        ((made_by,),) = cursor.fetchall()
        cursor.execute(f"DROP INDEX {index}")
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(made_by)
        for table in ("messaging_message", "messaging_membership", "events_entry"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def read(vast: Vast) -> dict[str, dict[str, int]]:
    """Queries of each request, and the rows that the greediest of them looked at."""
    from django.test import Client

    from tenants.context import in_tenant
    from tests.scale.reads import reads

    found = {}
    for name, (person, path) in asked_of(vast).items():
        token = token_of(person)
        client = Client(HTTP_HOST=f"{VAST}.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
        client.get(f"/api/v1{path}")
        with in_tenant(VAST), reads() as done:
            answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200, (name, answer.content)
        found[name] = {"queries": done.queries, "rows": done.most}
    return found


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    what, given = arguments
    result: Any = asdict(make(int(given))) if what == "make" else read(Vast(**json.loads(given)))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
