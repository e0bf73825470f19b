"""However a search goes about it, it finds the same, page by page."""

from uuid import UUID

import pytest

from messaging.messages.models import Message
from messaging.search import found, selectors
from messaging.search.reach import Reach
from messaging.search.selectors import search
from tests.messaging.places import make_channel, make_message, make_messages

PLAIN = Reach(is_large=False, sees_little=False, sees_few=False)
WAYS = {
    "walks and asks the index": Reach(is_large=True, sees_little=False, sees_few=False),
    "begins with what is seen": Reach(is_large=True, sees_little=True, sees_few=False),
    "looks at all that is seen": Reach(is_large=True, sees_little=True, sees_few=True),
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
)


@pytest.fixture
def places(cast, in_acme, monkeypatch):
    """A channel with plenty, one that Cy does not see, and a public one; walks are short."""
    monkeypatch.setattr(found, "WALKS", (4, 8, 16))
    monkeypatch.setattr(found, "MOST_RANKED", 6)
    big = make_channel(cast.ana, cast.bo, name="big")
    hidden = make_channel(cast.ana, cast.bo, name="hidden", kind="private")
    small = make_channel(cast.ana, cast.cy, name="small")
    for round_ in range(6):
        for place in (big, hidden, small):
            make_messages(place, cast.ana, [f"plan {round_}", "something else"])
        make_message(big, cast.ana, f"a rare thing {round_}")
    make_message(small, cast.ana, "plan of a rare kind")
    return big, hidden, small


def walked(person, *, way: Reach, monkeypatch, **asked) -> list:
    """Every hit, page by page."""
    monkeypatch.setattr(selectors, "reach_of", lambda actor: way)
    hits, cursor = [], None
    while True:
        page = search(person.actor, cursor=cursor, limit=3, **asked)
        hits += [hit["message"]["id"] for hit in page.items]
        cursor = page.next
        if cursor is None:
            return hits


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", QUERIES)
def test_every_way_finds_the_same(cast, places, monkeypatch, way, query):
    for person in (cast.ana, cast.cy):
        for sort in ("newest", "relevant"):
            for place in (None, places[0].id, places[1].id):
                if "from:bo" in query and person is cast.cy:
                    continue
                asked = {"query": query, "sort": sort, "conversation_id": place}
                plain = walked(person, way=PLAIN, monkeypatch=monkeypatch, **asked)
                assert walked(person, way=WAYS[way], monkeypatch=monkeypatch, **asked) == plain


def test_in_one_conversation_the_order_is_its_own(cast, in_acme, general):
    first, second = make_messages(general, cast.bo, ["plan A", "plan B"])
    imported = make_message(general, cast.bo, "plan C")
    Message.objects.filter(id=imported.id).update(id=UUID(int=first.id.int - 1))

    hits = search(cast.ana.actor, query="plan", conversation_id=general.id).items

    assert [hit["message"]["text"] for hit in hits] == ["plan C", "plan B", "plan A"]
    assert second.seq < imported.seq
