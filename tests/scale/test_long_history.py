"""A conversation of 40,000 messages reads like one of 40: no statement looks at much that it hides.

`make bench ARGS=M` does the same with a million.
"""

from urllib.parse import quote

import pytest
from django.db import connection

from core.ids import new_id
from events.models import Stream
from messaging.conversations.models import Membership
from messaging.messages.models import Message
from tests.bench.vast import fill
from tests.messaging.places import make_channel, make_message
from tests.scale.knowledge import forget_statistics
from tests.scale.reads import reads

MANY = 40_000
REPLIES = 10_000
SINCE = 6_000
MOST = 4_500
"""Rows that one statement may look at: the 1,000 newest, what it found there, and the 2,000 that an
index names at most.
It does not grow with MANY."""
MOST_ELSEWHERE = 300
MOST_LISTED = 30_000
"""Of a common word that the newest messages that one sees do not have, the index lists all there
are; no row is looked at for that."""
TABLES = "messaging_message, messaging_mention, messaging_membership, events_entry"
LISTED = {"common word, none visible"}


@pytest.fixture
def vast(cast, in_acme):
    """A private channel of Ana and Bo with 40,000 messages, one thread of 10,000 replies beside it,
    and a small public channel."""
    with connection.cursor() as cursor:
        # What tests before left behind, rolled back, is still in the files of tables and indexes:
        # plans would depend on it.
        cursor.execute("TRUNCATE messaging_message, messaging_mention, events_entry")
        # As PostgreSQL knew the tables when nothing was in them.
        cursor.execute(f"ANALYZE {TABLES}")
    long = make_channel(cast.ana, cast.bo, kind="private", name="long")
    thread = make_channel(cast.ana, cast.bo, kind="private", name="thread")
    small = make_channel(cast.ana, cast.bo, cast.cy, name="small")
    for place in (long, thread):
        Message.objects.filter(conversation_id=place.id).delete()
    Stream.objects.filter(id__in=[long.id, thread.id]).update(last_seq=0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_entry WHERE stream_id = ANY(%s)", [[long.id, thread.id]])
    people = [cast.ana.id, cast.bo.id]
    fill(long.id, people, MANY, length=4)
    fill(thread.id, people, REPLIES, length=4, in_one_thread=True)
    Membership.objects.filter(conversation_id__in=[long.id, thread.id]).update(read_seq=1)
    make_message(small, cast.bo, "the release is out")
    make_message(small, cast.cy, f"<@{cast.bo.id}> see https://example.org/")
    return long, thread, small


def take_statistics() -> None:
    with connection.cursor() as cursor:
        # All rows are sampled: whether a rare word is among them is no matter of chance.
        cursor.execute("SET LOCAL default_statistics_target = 1000")
        cursor.execute(f"ANALYZE {TABLES}")


KNOWN = {"of empty tables": lambda: None, "nothing": forget_statistics, "all": take_statistics}
"""What PostgreSQL may know of the tables. In this order: the first is as the fixture leaves it."""


def test_no_request_looks_at_more_than_it_shows(cast, vast):
    long, thread, small = vast
    middle = Message.objects.get(conversation_id=long.id, seq=MANY // 2)
    root = Message.objects.get(conversation_id=thread.id, seq=1)
    at = quote("2026-01-03T00:00:00Z")
    history = f"/conversations/{long.id}/messages"
    asked = {
        "last page": (cast.bo, history),
        "page at a number": (cast.bo, f"{history}?around_seq={middle.seq}"),
        "first page": (cast.bo, f"{history}?after_seq=0"),
        "place at a date": (cast.bo, f"/conversations/{long.id}/place?at={at}"),
        "permalink": (cast.bo, f"/messages/{middle.id}"),
        "conversation with unread": (cast.bo, f"/conversations/{long.id}"),
        "sidebar": (cast.bo, "/me/conversations"),
        "common word in it": (cast.bo, f"/search?q=release&conversation_id={long.id}"),
        "common word everywhere": (cast.bo, "/search?q=release"),
        "common word, best first": (cast.bo, "/search?q=release&sort=relevant"),
        "rare word in it": (cast.bo, f"/search?q=zanzibar&conversation_id={long.id}"),
        "rare word everywhere": (cast.bo, "/search?q=zanzibar"),
        "common and rare": (cast.bo, "/search?q=release+zanzibar"),
        "common word in a small place": (cast.bo, f"/search?q=release&conversation_id={small.id}"),
        "common word, none visible": (cast.cy, "/search?q=release"),
        "common word of a person": (cast.bo, "/search?q=release+from:ana"),
        "common word of a day": (cast.bo, "/search?q=release+before:2026-01-03"),
        "of somebody who said one thing": (cast.bo, "/search?q=from:cy"),
        "what calls on one": (cast.bo, "/search?q=mentions:me"),
        "with a link": (cast.bo, "/search?q=has:link"),
        "with a file": (cast.bo, "/search?q=has:file"),
        "files": (cast.bo, "/search/files?q=report"),
        "channel of one thread": (cast.bo, f"/conversations/{thread.id}/messages"),
        "unread of one thread": (cast.bo, f"/conversations/{thread.id}"),
        "last replies": (cast.bo, f"/conversations/{thread.id}/messages?thread_id={root.id}"),
        "root of the thread": (cast.bo, f"/messages/{root.id}"),
        "threads": (cast.bo, "/me/threads"),
    }
    greedy = {}
    for known, make_known in KNOWN.items():
        make_known()
        for name, (person, path) in asked.items():
            with reads() as done:
                answer = person.api.get(f"/api/v1{path}")
            assert answer.status_code == 200, (name, answer.content)
            print(f"{known:16} {name:32} {done.queries:3} queries {done.most:7} rows")
            most = MOST_LISTED if name in LISTED else MOST if "search" in path else MOST_ELSEWHERE
            if done.most > most:
                greedy[name, known] = (done.most, done.greediest)

    assert greedy == {}


@pytest.mark.parametrize("known", KNOWN)
def test_what_was_frequent_long_ago_is_found_past_all_that_was_said_since(cast, vast, known):
    _, _, small = vast
    since = [
        Message(
            conversation_id=small.id, seq=seq, author_id=cast.bo.id, text="on and on", key=new_id()
        )
        for seq in range(100, 100 + SINCE)
    ]
    Message.objects.bulk_create(since, batch_size=1000)
    KNOWN[known]()

    for sort in ("newest", "relevant"):
        with reads() as done:
            answer = cast.bo.api.get(f"/api/v1/search?q=release&sort={sort}&limit=50")

        assert len(answer.json()["items"]) == 50
        print(sort, done.most)
        assert done.most <= MOST < SINCE, done.greediest
