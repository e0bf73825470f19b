"""The read cursor."""

import pytest

from core.errors import Forbidden, Invalid, NotFound
from messaging.conversations.models import Membership
from messaging.conversations.selectors import UNREAD_CAP, summaries
from messaging.messages.services import delete_message
from messaging.receipts.services import mark_read
from tests.messaging.places import journal_types, make_message, make_messages


def cursor_of(person, conversation) -> int:
    return Membership.objects.get(conversation=conversation, user_id=person.id).read_seq


def unread(person, conversation) -> int:
    return summaries(person.actor, [conversation.id])[0]["unread"]


def test_a_cursor_goes_forward_and_is_told_to_ones_own_devices(cast, in_acme, general):
    make_messages(general, cast.bo, "ab")

    assert mark_read(cast.ana.actor, conversation_id=general.id, seq=5) == 5
    assert mark_read(cast.ana.actor, conversation_id=general.id, seq=4) == 5

    assert cursor_of(cast.ana, general) == 5
    assert journal_types(cast.ana.id) == ["membership.added", "cursor.moved"]
    assert "cursor.moved" not in journal_types(general.id)


def test_marking_as_unread_goes_back(cast, in_acme, general):
    make_messages(general, cast.bo, "ab")
    mark_read(cast.ana.actor, conversation_id=general.id, seq=5)

    assert mark_read(cast.ana.actor, conversation_id=general.id, seq=4, backwards=True) == 4
    assert unread(cast.ana, general) == 1


@pytest.mark.parametrize("seq", [5, 6, 10**30])
def test_beyond_the_head_is_the_head(cast, in_acme, general, seq):
    make_messages(general, cast.bo, "ab")

    assert mark_read(cast.ana.actor, conversation_id=general.id, seq=seq) == 5


def test_a_number_below_nought_is_refused(cast, in_acme, general):
    with pytest.raises(Invalid) as refusal:
        mark_read(cast.ana.actor, conversation_id=general.id, seq=-1)

    assert refusal.value.about == "seq"


def test_only_members_have_a_cursor(cast, in_acme, general, leadership):
    with pytest.raises(Forbidden):
        mark_read(cast.cy.actor, conversation_id=general.id, seq=1)
    with pytest.raises(NotFound):
        mark_read(cast.cy.actor, conversation_id=leadership.id, seq=1)

    assert journal_types(cast.cy.id) == []


def test_unread_are_the_messages_of_others_past_the_cursor_without_what_stands_in_threads_alone(
    cast, in_acme, general, hello
):
    make_message(general, cast.ana, "my own")
    make_message(general, cast.bo, "a reply", thread=hello)
    make_message(general, cast.bo, "for all", thread=hello, also_in_conversation=True)
    gone = make_message(general, cast.bo, "gone")
    assert unread(cast.ana, general) == 3

    delete_message(cast.bo.actor, message_id=gone.id)
    assert unread(cast.ana, general) == 2
    assert unread(cast.bo, general) == 1

    mark_read(cast.ana.actor, conversation_id=general.id, seq=hello.seq)
    assert unread(cast.ana, general) == 1


def test_unread_counts_stop_at_the_cap(cast, in_acme, general):
    make_messages(general, cast.bo, "x" * (UNREAD_CAP + 5))

    assert unread(cast.ana, general) == UNREAD_CAP


def test_nothing_said_before_one_came_is_unread(cast, in_acme, general, hello):
    from messaging.conversations.services import join_conversation

    join_conversation(cast.cy.actor, conversation_id=general.id)
    assert unread(cast.cy, general) == 0

    make_message(general, cast.bo)
    assert unread(cast.cy, general) == 1
