"""However a search goes about it, it finds the same, page by page."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import integers, uuids

from core.ids import id_at, new_id
from messaging.attention.handlers import record_mentions
from messaging.messages.events import MessageCreated
from messaging.messages.models import Message
from messaging.search import found
from messaging.search.selectors import search
from messaging.search.slots import LEVELS, slot_at
from tenants.context import in_tenant
from tenants.statements import hot_rows
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message, make_messages

WALKS = (4, 4, 8)
PLENTY = 100
"""More than there is: one walk over everything, and nothing else."""

WAYS = {
    "walks and asks the index for days": {"sees_little": False},
    "walks and asks the whole index": {"sees_little": False, "slots": (0, 0)},
    "goes on where the index names too many": {"sees_little": False, "rare": 3},
    "is not told by the index": {"sees_little": False, "rare": 0, "walks": (2, 2, 3)},
    "begins with what is seen": {"sees_little": True, "few": 0},
    "looks at all that is seen": {"sees_little": True, "few": PLENTY},
    "brings no more than is seen": {"sees_little": True, "few": 0, "rare": 0, "walks": (2, 2, 3)},
}
QUERIES = (
    "plan",
    "rare",
    "plan rare",
    "plan -rare",
    "-plan",
    "nothing",
    "plan from:bo",
    "in:big rare",
    "mentions:me",
    "mentions:me plan",
    "plan -mentions:me",
    "has:link",
    "has:link plan",
    "has:file",
    "is:thread",
    "is:thread from:cy",
    "from:cy",
    "from:cy from:bo -rare",
    "in:small before:2999-01-01 from:cy",
    "after:2020-01-01 rare",
    "before:2020-01-01",
)
FINDS_EVERYWHERE = {"mentions:me", "has:link", "has:file", "is:thread", "from:cy"}
"""Found where both look, or the test would show nothing."""


@pytest.fixture
def places(cast, in_acme, monkeypatch):
    """A channel with plenty, one that Cy does not see, and a public one.

    What is searched for by filters is at the beginning of each: walks are too short for it.
    """
    monkeypatch.setattr(found, "MOST_RANKED", 6)
    return make_places(cast)


def make_places(cast):
    big = make_channel(cast.ana, cast.bo, name="big")
    hidden = make_channel(cast.ana, cast.bo, name="hidden", kind="private")
    small = make_channel(cast.ana, cast.cy, name="small")
    for place in (big, hidden, small):
        _say_rare_things(place, cast)
    for round_ in range(6):
        for place in (big, hidden, small):
            make_messages(place, cast.ana, [f"plan {round_}", "something else"])
        make_message(big, cast.ana, f"a rare thing {round_}")
    make_message(small, cast.ana, "plan of a rare kind")
    return big, hidden, small


def _say_rare_things(place, cast) -> None:
    author = cast.cy if place.name == "small" else cast.bo
    everybody = make_message(place, cast.ana, "<!channel> plan https://example.org/")
    both = make_message(place, cast.ana, f"<@{cast.bo.id}> <@{cast.cy.id}> <!channel> rare")
    one = make_message(place, author, f"<@{cast.ana.id}> plan")
    make_message(place, author, "rare answer", thread=everybody)
    file = uploaded(cast.ana, "plan.txt", b"abc")
    body = {"text": "a plan", "key": str(new_id()), "file_ids": [file["id"]]}
    call(cast.ana.api).post(f"/conversations/{place.id}/messages", body)
    for message, called, all_ in (
        (everybody, (), True),
        (both, (cast.bo.id, cast.cy.id), True),
        (one, (cast.ana.id,), False),
    ):
        record_mentions(MessageCreated(place.id, message.id, message.author_id, None, called, all_))


def go(
    monkeypatch,
    *,
    sees_little: bool,
    few: int = PLENTY,
    rare: int = PLENTY,
    slots: tuple[int, int] = (2, 16),
    walks=WALKS,
) -> None:
    monkeypatch.setattr(found, "sees_little", lambda actor: sees_little)
    monkeypatch.setattr(found, "FEW", few)
    monkeypatch.setattr(found, "RARE", rare)
    monkeypatch.setattr(found, "MOST_IN_SLOT", rare)
    monkeypatch.setattr(found, "FIRST_SLOTS", slots[0])
    monkeypatch.setattr(found, "MOST_SLOTS", slots[1])
    monkeypatch.setattr(found, "WALKS", walks)


def walked(person, **asked) -> list:
    """Every hit, page by page."""
    hits, cursor = [], None
    while True:
        page = search(person.actor, cursor=cursor, limit=3, **asked)
        hits += [hit["message"]["id"] for hit in page.items]
        cursor = page.next
        if cursor is None:
            return hits


@pytest.mark.parametrize("query", QUERIES)
def test_every_way_finds_the_same(cast, places, monkeypatch, query):
    for person in (cast.ana, cast.cy):
        for sort in ("newest", "relevant"):
            for place in (None, places[0].id, places[1].id):
                asked = {"query": query, "sort": sort, "conversation_id": place}
                go(monkeypatch, sees_little=False, walks=(PLENTY, 0, 0))
                plain = walked(person, **asked)
                assert plain or not FINDS_EVERYWHERE.intersection(query.split()) or place
                for way, how in WAYS.items():
                    go(monkeypatch, **how)
                    assert walked(person, **asked) == plain, way


@pytest.mark.parametrize("seed", range(3))
def test_pieces_of_time_find_what_a_walk_over_everything_finds(cast, in_acme, monkeypatch, seed):
    """Messages of four years, here one in a month and there a dozen in an hour."""
    chance = random.Random(seed)
    rooms = [make_channel(cast.ana, cast.bo, name=f"room-{n}") for n in range(2)]
    rooms.append(make_channel(cast.ana, cast.bo, name="hidden", kind="private"))
    for room in rooms:
        for message in make_messages(room, cast.ana, ["plan", "plan rare", "else"] * 8):
            day = chance.choice([chance.uniform(0, 1500), 700 + chance.random() / 24, 1499])
            at = datetime(2022, 9, 1, tzinfo=UTC) + timedelta(days=day)
            id_ = id_at(at, salt=UUID(int=chance.getrandbits(64)))
            Message.objects.filter(id=message.id).update(id=id_, created_at=at)

    for query, sort in (
        ("plan", "newest"),
        ("rare", "relevant"),
        ("plan before:2025-01-01 after:2023-05-05", "newest"),
    ):
        for person in (cast.ana, cast.cy):
            go(monkeypatch, sees_little=False, walks=(PLENTY, 0, 0))
            plain = walked(person, query=query, sort=sort)
            assert plain
            for rare, slots in ((0, (2, 16)), (1, (1, 16)), (3, (0, 3)), (12, (2, 16))):
                go(monkeypatch, sees_little=False, rare=rare, slots=slots, walks=(1, 1, 2))
                assert walked(person, query=query, sort=sort) == plain, (rare, slots)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(id_=uuids(), level=integers(0, LEVELS - 1))
def test_a_piece_of_time_is_called_the_same_here_and_in_the_index(in_acme, id_, level):
    slot = slot_at(id_, level)
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_slots(%s), messaging_slots(%s)", [id_, slot.first_id])
        ((of_id, of_first),) = cursor.fetchall()

    assert slot.key == of_id[level] == of_first[level]
    assert slot.first_id <= id_
    assert slot.first_id.int == 0 or slot_at(UUID(int=slot.first_id.int - 1), level) != slot


def test_what_takes_too_long_is_given_up_and_said(cast, places, monkeypatch):
    """In place of a history so long that the last step would take minutes."""

    def sleeps(_sought, _hits, _needed):
        return hot_rows("SELECT pg_sleep(60)", {})

    go(monkeypatch, sees_little=False, rare=0, walks=(2, 2, 12))
    monkeypatch.setattr(found, "PATIENCE_S", 0.05)
    monkeypatch.setattr(found.Sought, "_frequent_elsewhere", sleeps)

    page = search(cast.ana.actor, query="in:big rare", limit=50)

    assert [item["message"]["text"] for item in page.items[:2]] == [
        "a rare thing 5",
        "a rare thing 4",
    ]
    assert len(page.items) < 8, "what the walks found stands"
    assert page.next is None
    assert [hint["text"] for hint in page.hints] == ["in:big rare"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0",), "it holds for nothing else"


def test_prepared_statements_find_the_same(cast, real_commits, monkeypatch):
    """Inside of a transaction, as in the other tests, and while they are counted, statements are
    put together by the driver: otherwise the database is told of their parameters by type."""
    with in_tenant("acme"):
        with transaction.atomic():
            places = make_places(cast)
        for how in WAYS.values():
            go(monkeypatch, **how)
            for query in QUERIES:
                for sort, place in (("newest", places[0].id), ("relevant", None)):
                    asked = {"query": query, "sort": sort, "conversation_id": place}
                    with connection.execute_wrapper(lambda run, *given: run(*given)):
                        plain = walked(cast.ana, **asked)
                    assert walked(cast.ana, **asked) == plain, asked


def test_in_one_conversation_the_order_is_its_own(cast, in_acme, general):
    first, second = make_messages(general, cast.bo, ["plan A", "plan B"])
    imported = make_message(general, cast.bo, "plan C")
    Message.objects.filter(id=imported.id).update(id=UUID(int=first.id.int - 1))

    hits = search(cast.ana.actor, query="plan", conversation_id=general.id).items

    assert [hit["message"]["text"] for hit in hits] == ["plan C", "plan B", "plan A"]
    assert second.seq < imported.seq
