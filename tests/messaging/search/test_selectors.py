"""Full-text search over what one may see."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from messaging.conversations.services import leave_conversation
from messaging.messages.services import delete_message, edit_message
from messaging.search.plain import Span, pieces
from messaging.search.selectors import search
from tests.messaging.places import make_channel, make_message, make_messages


def found(person, query, **more) -> list[str]:
    return [hit["message"]["text"] for hit in search(person.actor, query=query, **more).items]


def test_words_are_found_newest_first_whatever_their_form(cast, in_acme, general):
    make_messages(general, cast.bo, ["The budget is set", "We are budgeting", "Nothing here"])

    assert found(cast.ana, "Budget") == ["We are budgeting", "The budget is set"]
    assert found(cast.ana, '"budget is"') == ["The budget is set"]
    assert found(cast.ana, "budget -budgeting") == ["The budget is set"]
    assert found(cast.ana, "nothing or set") == ["Nothing here", "The budget is set"]
    assert found(cast.ana, "unheard") == []


def test_words_of_other_languages_are_found_as_they_were_written(cast, in_acme, general):
    make_messages(general, cast.bo, ["Grüße aus Köln", "Привет мир", "to be or not to be"])

    assert found(cast.ana, "grüße") == ["Grüße aus Köln"]
    assert found(cast.ana, "мир") == ["Привет мир"]
    assert found(cast.ana, "not") == ["to be or not to be"]


def test_only_what_one_may_see_is_found(cast, in_acme, general, leadership):
    guests = make_channel(cast.ana, cast.eve, name="guests")
    for place in (general, leadership, guests):
        make_message(place, cast.ana, f"plan in {place.name}")

    assert found(cast.bo, "plan") == ["plan in guests", "plan in leadership", "plan in general"]
    assert found(cast.cy, "plan") == ["plan in guests", "plan in general"]
    assert found(cast.eve, "plan") == ["plan in guests"]
    leave_conversation(cast.bo.actor, conversation_id=leadership.id)
    assert found(cast.bo, "plan") == ["plan in guests", "plan in general"]


def test_filters_narrow_and_never_widen(cast, in_acme, general, leadership):
    make_message(general, cast.bo, "plan A")
    make_message(general, cast.ana, "plan B")
    make_message(leadership, cast.ana, "plan C")

    assert found(cast.ana, "plan", author_id=cast.bo.id) == ["plan A"]
    assert found(cast.ana, "plan", conversation_id=leadership.id) == ["plan C"]
    assert found(cast.cy, "plan", conversation_id=leadership.id) == []


def test_what_was_deleted_or_edited_away_is_not_found(cast, in_acme, general):
    first, second = make_messages(general, cast.bo, ["secret one", "secret two"])

    delete_message(cast.bo.actor, message_id=first.id)
    edit_message(cast.bo.actor, message_id=second.id, text="public two")

    assert found(cast.ana, "secret") == []
    assert found(cast.ana, "public") == ["public two"]


def test_pages_walk_every_hit_once(cast, in_acme, general):
    make_messages(general, cast.bo, [f"plan {n}" for n in range(7)])
    seen, cursor = [], None

    while True:
        page = search(cast.ana.actor, query="plan", cursor=cursor, limit=3)
        seen += [hit["message"]["text"] for hit in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [f"plan {n}" for n in reversed(range(7))]


def test_hits_are_marked_and_the_text_cannot_mark_itself(cast, in_acme, general):
    make_message(general, cast.bo, "Beware \ue000fake\ue001 and a plan & more")

    (hit,) = search(cast.ana.actor, query="plan").items

    assert [piece["text"] for piece in hit["highlights"] if piece["hit"]] == ["plan"]
    assert "".join(piece["text"] for piece in hit["highlights"]) == "Beware fake and a plan & more"


def test_the_number_of_queries_does_not_grow(cast, in_acme, general, django_assert_num_queries):
    roots = make_messages(general, cast.bo, [f"plan {n}" for n in range(10)])
    for root in roots[5:]:
        make_message(general, cast.ana, "yes", thread=root)

    search(cast.ana.actor, query="plan")
    for limit in (1, 10):
        with django_assert_num_queries(QUERIES):
            search(cast.ana.actor, query="plan", limit=limit)


QUERIES = 4
"""What the hits are; reactions; the faces of threads; what is marked in the texts."""


@pytest.mark.parametrize("query", ["", "   ", "a\x00b", "x" * 501])
def test_a_search_for_nothing_is_refused_by_name(cast, in_acme, query):
    with pytest.raises(Invalid) as refusal:
        search(cast.ana.actor, query=query)

    assert refusal.value.about == "q"


@pytest.mark.parametrize(
    "query",
    ["'", '"', '"open', "-", "- -", "or", "or or", "((", "a & | !", "\\", ":*", "%", "日本"],
)
def test_odd_searches_find_nothing_and_break_nothing(cast, in_acme, general, hello, query):
    assert found(cast.ana, query) == []


def test_a_hit_shows_mentions_whole(cast, in_acme, general):
    text = f"<@{cast.bo.id}> the kernel of these machines is older than <@{cast.cy.id}>"
    make_message(general, cast.ana, text)

    (hit,) = search(cast.ana.actor, query="kernel").items

    assert "".join(piece["text"] for piece in hit["highlights"]) == text


@settings(max_examples=200)
@given(st.text(max_size=150), st.lists(st.tuples(st.integers(0, 150), st.integers(0, 150))))
def test_pieces_of_a_short_text_give_all_of_it_back(text, ends):
    spans = [Span(min(a, len(text)), min(b, len(text))) for a, b in ends]

    assert "".join(piece["text"] for piece in pieces(text, spans)) == text
