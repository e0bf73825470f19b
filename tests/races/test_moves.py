"""A move to another conversation against everything else: one of the two orders comes out."""

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refusal
from core.ids import new_id
from events.models import Entry, Stream
from messaging.attention.models import Mention
from messaging.conversations.services import (
    add_members,
    archive_conversation,
    remove_member,
    restore_conversation,
    update_conversation,
)
from messaging.messages.models import Message, Revision
from messaging.messages.services import delete_message, edit_message, post_message
from messaging.moving.across import move_to_conversation, undo_move
from messaging.moving.models import Move, MovedMessage
from messaging.moving.services import move_message
from messaging.pins.services import pin_message
from messaging.polls.services import vote
from messaging.reactions.models import Reaction
from messaging.reactions.services import add_reaction
from messaging.threads.models import Follow
from messaging.threads.services import follow_thread, read_thread
from tenants.context import in_tenant
from tests.messaging.places import make_channel, make_message, make_messages
from tests.messaging.test_frames import frames
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

THUMB = "\U0001f44d"
ROUNDS = 6


@pytest.fixture
def rooms(cast):
    """Two channels: all three are in the first, Bo is not in the second."""
    return (
        make_channel(cast.ana, cast.bo, cast.cy, name="here"),
        make_channel(cast.ana, cast.cy, name="there"),
    )


def mover(person, message, to) -> Callable[[], Any]:
    return lambda: move_to_conversation(
        person.actor, message_ids=[message.id], conversation_id=to.id
    )


def unexpected(outcomes: list[Any]) -> list[Exception]:
    """What may never come out of a race: a deadlock, a broken constraint, a crash."""
    return [error for error in errors_in(outcomes) if not isinstance(error, Refusal)]


def check(*rooms) -> None:
    """Each number is told of once, each message stands whole in one place, each root counts."""
    with in_tenant("acme"):
        for room in rooms:
            seqs = list(Entry.objects.filter(stream_id=room.id).values_list("seq", flat=True))
            assert sorted(seqs) == list(range(1, Stream.objects.get(id=room.id).last_seq + 1))
        for message in Message.objects.defer("words").all():
            replies = Message.objects.filter(thread_id=message.id)
            assert message.reply_count == replies.filter(deleted_at=None).count()
            assert set(replies.values_list("conversation_id", flat=True)) <= {
                message.conversation_id
            }
            assert message.thread_id is None or not replies.exists()
            for mention in Mention.objects.filter(message_id=message.id):
                assert (mention.conversation_id, mention.seq) == (
                    message.conversation_id,
                    message.seq,
                )


def test_against_a_reply(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        root = make_message(here, cast.bo)

        outcomes = at_once(
            "acme",
            mover(cast.ana, root, there),
            lambda: make_message(here, cast.bo, "a reply", thread=root),  # noqa: B023
        )

        assert unexpected(outcomes) == []
        assert isinstance(outcomes[0], Move)
        check(here, there)
        with in_tenant("acme"):
            root.refresh_from_db(fields=["conversation_id", "reply_count"])
        assert root.conversation_id == there.id
        assert root.reply_count == (0 if isinstance(outcomes[1], Refusal) else 1)


def test_into_a_thread_of_the_same_channel_against_a_reply(cast, rooms):
    """A reply that comes first goes along; one that comes after finds no thread to answer in."""
    here, _there = rooms
    thread = make_message(here, cast.ana)
    for _ in range(ROUNDS):
        moved = make_message(here, cast.bo)

        outcomes = at_once(
            "acme",
            lambda: move_message(cast.ana.actor, message_id=moved.id, thread_id=thread.id),  # noqa: B023
            lambda: make_message(here, cast.bo, "a reply", thread=moved),  # noqa: B023
        )

        assert unexpected(outcomes) == []
        assert isinstance(outcomes[0], Message)
        check(here)
        with in_tenant("acme"):
            reply = Message.objects.filter(thread_id=thread.id, text="a reply", seq__gt=moved.seq)
            assert reply.exists() == (not isinstance(outcomes[1], Refusal))


def test_against_an_edit_a_deletion_a_reaction_a_pin_and_a_vote(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        with in_tenant("acme"):
            message = post_message(
                cast.bo.actor,
                conversation_id=here.id,
                text="first",
                key=new_id(),
                brought={"poll": {"options": ["a", "b"]}},
            ).message

        outcomes = at_once(
            "acme",
            mover(cast.ana, message, there),
            lambda: edit_message(
                cast.bo.actor,
                message_id=message.id,  # noqa: B023
                text=f"second <@{cast.cy.id}>",
            ),
            lambda: add_reaction(cast.bo.actor, message_id=message.id, emoji=THUMB),  # noqa: B023
            lambda: pin_message(cast.bo.actor, message_id=message.id),  # noqa: B023
            lambda: vote(cast.bo.actor, message_id=message.id, options=[0]),  # noqa: B023
        )

        assert unexpected(outcomes) == []
        assert isinstance(outcomes[0], Move)
        check(here, there)
        with in_tenant("acme"):
            message.refresh_from_db(fields=["text", "seq", "conversation_id"])
            edited = Entry.objects.filter(type="chancery.message.edited.v1")
            edited = edited.filter(data__message_id=str(message.id))
            assert Revision.objects.filter(message_id=message.id).count() == len(edited)
            # Bo is not where it stands now: what he did, he did before it went there.
            assert not edited.filter(stream_id=there.id).exists()
            assert Reaction.objects.filter(message_id=message.id).count() == int(
                not isinstance(outcomes[2], Refusal)
            )


def test_against_its_deletion(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        message = make_message(here, cast.bo, "to be deleted")

        moved, deleted = at_once(
            "acme",
            mover(cast.ana, message, there),
            lambda: delete_message(cast.ana.actor, message_id=message.id),  # noqa: B023
        )

        assert unexpected([moved, deleted]) == []
        assert not (isinstance(moved, Refusal) and isinstance(deleted, Refusal))
        check(here, there)
        with in_tenant("acme"):
            assert "to be deleted" not in str(frames(here.id))


def test_two_moves_at_once_are_one(cast, rooms):
    here, there = rooms
    third = make_channel(cast.ana, cast.cy, name="third")
    for _ in range(ROUNDS):
        message = make_message(here, cast.bo)

        outcomes = at_once(
            "acme",
            mover(cast.ana, message, there),
            mover(cast.ana, message, third),
            mover(cast.ana, message, there),
        )

        assert unexpected(outcomes) == []
        done = [one for one in outcomes if isinstance(one, Move)]
        assert len(done) >= 1
        check(here, there, third)
        with in_tenant("acme"):
            message.refresh_from_db(fields=["conversation_id", "seq"])
            last = MovedMessage.objects.filter(message_id=message.id).order_by("-move__created_at")
            assert last[0].move.to_id == message.conversation_id


def test_crosswise_moves_do_not_wait_for_each_other_for_ever(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        ours = make_messages(here, cast.ana, "abc")
        theirs = make_messages(there, cast.cy, "abc")

        outcomes = at_once(
            "acme",
            *[mover(cast.ana, message, there) for message in ours],
            *[mover(cast.cy, message, here) for message in theirs],
        )

        assert errors_in(outcomes) == []
        check(here, there)


def test_against_a_move_to_a_thread(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        root, message = make_message(here, cast.bo), make_message(here, cast.bo)

        outcomes = at_once(
            "acme",
            mover(cast.ana, root, there),
            lambda: move_message(
                cast.ana.actor,
                message_id=message.id,  # noqa: B023
                thread_id=root.id,  # noqa: B023
            ),
        )

        assert unexpected(outcomes) == []
        check(here, there)


def test_against_the_movers_removal_from_there(cast, rooms):
    here, there = rooms
    for n in range(ROUNDS):
        message = make_message(here, cast.cy, f"message {n}")

        moved, removed = at_once(
            "acme",
            mover(cast.cy, message, there),
            lambda: remove_member(cast.ana.actor, conversation_id=there.id, user_id=cast.cy.id),
        )

        assert unexpected([moved]) == []
        assert removed is None
        with in_tenant("acme"):
            told = Entry.objects.filter(stream_id=there.id).order_by("-seq")
            last = told.filter(type="chancery.membership.removed.v1")[0]
            after = told.filter(seq__gt=last.seq, actor_id=cast.cy.id)
            assert not after.exists()
            message.refresh_from_db(fields=["conversation_id"])
            expected = here.id if isinstance(moved, Refusal) else there.id
            assert message.conversation_id == expected
            add_members(cast.ana.actor, conversation_id=there.id, user_ids=[cast.cy.id])
        check(here, there)


def test_against_archiving_and_closing_the_other_channel(cast, rooms):
    here, there = rooms
    closing = (
        lambda: archive_conversation(cast.ana.actor, conversation_id=there.id),
        lambda: update_conversation(
            cast.ana.actor, conversation_id=there.id, rules={"posting": "owners"}
        ),
    )
    for close in closing * ROUNDS:
        message = make_message(here, cast.cy)

        moved, closed = at_once("acme", mover(cast.cy, message, there), close)

        assert unexpected([moved]) == []
        assert not isinstance(closed, Exception)
        with in_tenant("acme"):
            entries = Entry.objects.filter(stream_id=there.id)
            closings = ("chancery.conversation.archived.v1", "chancery.conversation.updated.v1")
            last = entries.filter(type__in=closings).order_by("-seq")[0]
            late = entries.filter(seq__gt=last.seq, type="chancery.message.arrived.v1")
            assert not late.exists()
            restore_conversation(cast.ana.actor, conversation_id=there.id)
            update_conversation(
                cast.ana.actor, conversation_id=there.id, rules={"posting": "everyone"}
            )
        check(here, there)


def test_taking_back_against_a_reply(cast, rooms):
    here, there = rooms
    for _ in range(ROUNDS):
        message = make_message(here, cast.ana)
        with in_tenant("acme"):
            done = mover(cast.ana, message, there)()

        undone, replied = at_once(
            "acme",
            lambda: undo_move(cast.ana.actor, move_id=done.id),  # noqa: B023
            lambda: make_message(there, cast.cy, thread=message),  # noqa: B023
        )

        assert unexpected([undone, replied]) == []
        assert isinstance(undone, Refusal) != isinstance(replied, Refusal)
        check(here, there)


def test_reading_and_following_the_thread_count_in_the_numbers_of_where_it_stands(cast, rooms):
    here, there = rooms
    make_messages(here, cast.ana, "abcdefghijklmnopqrstuvwxyz")
    for _ in range(ROUNDS):
        root = make_message(here, cast.ana)
        reply = make_message(here, cast.ana, thread=root)
        with in_tenant("acme"):
            follow_thread(cast.cy.actor, message_id=root.id)

        outcomes = at_once(
            "acme",
            mover(cast.ana, root, there),
            lambda: read_thread(cast.cy.actor, message_id=root.id, seq=reply.seq),  # noqa: B023
            lambda: follow_thread(cast.bo.actor, message_id=root.id),  # noqa: B023
        )

        assert unexpected(outcomes) == []
        with in_tenant("acme"):
            last = Message.objects.get(id=reply.id).seq
            for row in Follow.objects.filter(root_id=root.id):
                assert row.conversation_id == there.id
                assert row.read_seq <= last


def test_against_the_same_message_sent_again(cast, rooms):
    """Its answer was lost, and its author's client tries once more at the moment it is moved."""
    here, there = rooms
    for person in (cast.cy, cast.bo) * ROUNDS:
        with in_tenant("acme"):
            sent = {"conversation_id": here.id, "text": "once", "key": new_id()}
            message = post_message(person.actor, **sent).message

        moved, *again = at_once(
            "acme",
            mover(cast.ana, message, there),
            *[lambda: post_message(person.actor, **sent)] * 3,  # noqa: B023
        )

        assert unexpected([moved, *again]) == []
        assert isinstance(moved, Move)
        for outcome in again:
            if isinstance(outcome, Refusal):
                assert (person, outcome.code) == (cast.bo, "moved")
            else:
                assert (outcome.message.id, outcome.is_new) == (message.id, False)
        check(here, there)
        with in_tenant("acme"):
            assert Message.objects.filter(author_id=person.id, key=sent["key"]).count() == 1
