"""Two people change the same thing at the same moment: one of the two orders comes out, whole."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.errors import Conflict, Forbidden, Invalid, Refusal
from events.journal import heads
from events.models import Entry
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.services import (
    add_members,
    archive_conversation,
    create_conversation,
    join_conversation,
    leave_conversation,
    remove_member,
    restore_conversation,
    update_conversation,
)
from messaging.messages.models import Message, Revision
from messaging.messages.services import delete_message, edit_message, post_message
from messaging.reactions.models import Reaction
from messaging.reactions.services import add_reaction, remove_reaction
from messaging.receipts.services import mark_read
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message, make_messages
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

THUMB = "\U0001f44d"
ROUNDS = 8


def unexpected(outcomes: list[Any]) -> list[Exception]:
    """What may never come out of a race: a deadlock, a broken constraint, a crash."""
    return [error for error in errors_in(outcomes) if not isinstance(error, Refusal)]


def test_an_edit_and_a_deletion_leave_a_deleted_message(cast):
    place = make_channel(cast.ana, cast.bo)
    for _ in range(ROUNDS):
        message = make_message(place, cast.bo, "first")

        outcomes = at_once(
            "acme",
            lambda: edit_message(cast.bo.actor, message_id=message.id, text="second"),  # noqa: B023
            lambda: delete_message(cast.ana.actor, message_id=message.id),  # noqa: B023
        )

        assert unexpected(outcomes) == []
        assert outcomes[1] is None
        with in_tenant("acme"):
            message.refresh_from_db(fields=["text", "deleted_at"])
            kept = list(Revision.objects.filter(message_id=message.id).values_list("text"))
        assert message.text is None
        if isinstance(outcomes[0], Conflict):
            assert kept == [("first",)]
        else:
            assert sorted(kept) == [("first",), ("second",)]


def test_two_edits_keep_both_versions(cast):
    place = make_channel(cast.ana, cast.bo)
    message = make_message(place, cast.bo, "first")

    outcomes = at_once(
        "acme",
        *[
            lambda text=text: edit_message(cast.bo.actor, message_id=message.id, text=text)
            for text in "abcdef"
        ],
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        kept = Revision.objects.filter(message_id=message.id).order_by("number")
        assert list(kept.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
        message.refresh_from_db(fields=["text"])
        texts = {*kept.values_list("text", flat=True), message.text}
    assert texts == {"first", *"abcdef"}


def test_a_deletion_of_the_root_and_a_reply_are_one_after_the_other(cast):
    place = make_channel(cast.ana, cast.bo)
    for _ in range(ROUNDS):
        root = make_message(place, cast.bo)

        reply, deletion = at_once(
            "acme",
            lambda: make_message(place, cast.ana, thread=root),  # noqa: B023
            lambda: delete_message(cast.bo.actor, message_id=root.id),  # noqa: B023
        )

        assert deletion is None
        with in_tenant("acme"):
            root.refresh_from_db(fields=["deleted_at", "reply_count"])
            stored = Message.objects.filter(thread_id=root.id).count()
        assert root.deleted_at is not None
        assert root.reply_count == stored
        assert stored == (0 if isinstance(reply, Invalid) else 1)


def test_a_reaction_and_the_deletion_of_its_message_are_one_after_the_other(cast):
    place = make_channel(cast.ana, cast.bo)
    for _ in range(ROUNDS):
        message = make_message(place, cast.bo)

        reaction, deletion = at_once(
            "acme",
            lambda: add_reaction(cast.ana.actor, message_id=message.id, emoji=THUMB),  # noqa: B023
            lambda: delete_message(cast.bo.actor, message_id=message.id),  # noqa: B023
        )

        assert deletion is None
        with in_tenant("acme"):
            types = journal_types(place.id)
        if reaction is None:
            assert types[-2:] == ["reaction.added", "message.deleted"]
        else:
            assert isinstance(reaction, Forbidden)
            assert types[-1] == "message.deleted"


def test_reacting_ten_times_at_once_is_one_reaction_and_one_event(cast):
    message = make_message(make_channel(cast.ana, cast.bo), cast.bo)

    outcomes = at_once(
        "acme",
        *[lambda: add_reaction(cast.ana.actor, message_id=message.id, emoji=THUMB)] * 10,
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        assert Reaction.objects.count() == 1
        assert journal_types(message.conversation_id).count("reaction.added") == 1


def test_reacting_and_taking_back_at_once_is_told_as_it_ended(cast):
    message = make_message(make_channel(cast.ana, cast.bo), cast.bo)
    acts = [
        lambda: add_reaction(cast.ana.actor, message_id=message.id, emoji=THUMB),
        lambda: remove_reaction(cast.ana.actor, message_id=message.id, emoji=THUMB),
    ]

    outcomes = at_once("acme", *acts * 6)

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        told = [t for t in journal_types(message.conversation_id) if t.startswith("reaction")]
        left = Reaction.objects.count()
    assert told == ["reaction.added", "reaction.removed"] * (len(told) // 2) + (
        ["reaction.added"] * left
    )


def test_a_direct_conversation_opened_from_both_sides_is_one(cast):
    def open_from(one, other) -> Callable[[], Any]:
        return lambda: create_conversation(
            one.actor, kind="direct", name=None, member_ids=[other.id]
        )

    outcomes = at_once("acme", *[open_from(cast.ana, cast.bo), open_from(cast.bo, cast.ana)] * 5)

    assert errors_in(outcomes) == []
    assert len({conversation.id for conversation, _ in outcomes}) == 1
    assert sum(is_new for _, is_new in outcomes) == 1
    with in_tenant("acme"):
        assert Membership.objects.count() == 2
        assert heads([outcomes[0][0].id]) == {outcomes[0][0].id: 3}


def test_a_name_taken_twice_at_once_is_taken_once(cast):
    outcomes = at_once(
        "acme",
        *[
            lambda: create_conversation(
                cast.ana.actor, kind="public", name="plans", member_ids=[cast.bo.id]
            )
        ]
        * 6,
    )

    assert unexpected(outcomes) == []
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 5
    with in_tenant("acme"):
        assert Conversation.objects.count() == 1


def test_joining_and_being_removed_end_as_the_journal_says(cast):
    place = make_channel(cast.ana, cast.bo)
    acts = [
        lambda: join_conversation(cast.cy.actor, conversation_id=place.id),
        lambda: remove_member(cast.ana.actor, conversation_id=place.id, user_id=cast.cy.id),
        lambda: leave_conversation(cast.cy.actor, conversation_id=place.id),
        lambda: add_members(
            cast.bo.actor, conversation_id=place.id, user_ids=[cast.cy.id, cast.eve.id]
        ),
    ]
    for _ in range(ROUNDS):
        outcomes = at_once("acme", *acts * 2)

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            entries = Entry.objects.filter(stream_id=place.id, type__contains="membership")
            told: dict[str, bool] = {}
            for entry in entries.order_by("seq"):
                is_added = ".added." in entry.type
                assert told.get(entry.data["user_id"], False) is not is_added
                told[entry.data["user_id"]] = is_added
            members = set(Membership.objects.values_list("user_id", flat=True))
        assert {str(user_id) for user_id in members} == {
            who for who, is_in in told.items() if is_in
        }


def test_people_added_crosswise_do_not_wait_for_each_other_for_ever(cast):
    places = [make_channel(cast.ana, cast.bo, name=f"channel {n}") for n in range(3)]
    people = [cast.cy.id, cast.eve.id]

    def add(place, user_ids) -> Callable[[], Any]:
        return lambda: add_members(cast.ana.actor, conversation_id=place.id, user_ids=user_ids)

    def take(place, user_id) -> Callable[[], Any]:
        return lambda: remove_member(cast.bo.actor, conversation_id=place.id, user_id=user_id)

    def join(place) -> Callable[[], Any]:
        return lambda: join_conversation(cast.cy.actor, conversation_id=place.id)

    for _ in range(ROUNDS):
        outcomes = at_once(
            "acme",
            *[add(place, people) for place in places],
            *[add(place, people[::-1]) for place in places],
            *[take(place, cast.eve.id) for place in places],
            *[join(place) for place in places],
        )

        assert unexpected(outcomes) == []
        for place in places:
            with in_tenant("acme"):
                for person in (cast.cy, cast.eve):
                    remove_member(cast.ana.actor, conversation_id=place.id, user_id=person.id)


def test_two_changes_of_different_fields_are_both_kept(cast):
    place = make_channel(cast.ana, cast.bo)
    for n in range(ROUNDS):
        outcomes = at_once(
            "acme",
            lambda: update_conversation(
                cast.ana.actor,
                conversation_id=place.id,
                topic=f"topic {n}",  # noqa: B023
            ),
            lambda: update_conversation(
                cast.bo.actor,
                conversation_id=place.id,
                purpose=f"purpose {n}",  # noqa: B023
            ),
        )

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            place.refresh_from_db()
        assert (place.topic, place.purpose) == (f"topic {n}", f"purpose {n}")


def test_archiving_and_restoring_at_once_are_told_in_turns(cast):
    place = make_channel(cast.ana, cast.bo)
    acts = [
        lambda: archive_conversation(cast.ana.actor, conversation_id=place.id),
        lambda: restore_conversation(cast.ana.actor, conversation_id=place.id),
        lambda: post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4()),
    ]

    outcomes = at_once("acme", *acts * 4)

    assert unexpected(outcomes) == []
    with in_tenant("acme"):
        place.refresh_from_db()
        told = [t for t in journal_types(place.id) if t.endswith(("archived", "restored"))]
    expected = ["conversation.archived", "conversation.restored"] * len(told)
    assert told == expected[: len(told)]
    assert (place.archived_at is not None) is (len(told) % 2 == 1)


def test_two_devices_reading_leave_the_furthest_cursor(cast):
    place = make_channel(cast.ana, cast.bo)
    make_messages(place, cast.bo, "abcdefgh")

    outcomes = at_once(
        "acme",
        *[
            lambda seq=seq: mark_read(cast.ana.actor, conversation_id=place.id, seq=seq)
            for seq in (4, 11, 6, 9, 5, 10, 7, 8)
        ],
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        assert Membership.objects.get(conversation=place, user_id=cast.ana.id).read_seq == 11
        moves = Entry.objects.filter(stream_id=cast.ana.id, type__contains="cursor")
        told = [entry.data["read_seq"] for entry in moves.order_by("seq")]
    assert told == sorted(set(told))
    assert told[-1] == 11


def test_an_idempotency_key_sent_six_times_at_once_is_one_deed(cast):
    # Made before: all threads share the token and the client's class, not its state.
    clients = [type(cast.ana)("ana") for _ in range(6)]
    for client in clients:
        client.__dict__["token"] = cast.ana.token

    def create(person) -> Callable[[], Any]:
        body = {"kind": "public", "name": "plans"}
        return lambda: call(person.api).post("/conversations", body, Idempotency_Key="same")

    outcomes = at_once("acme", *[create(person) for person in clients])

    assert errors_in(outcomes) == []
    assert sorted(answer.status for answer in outcomes) == [200] * 5 + [201]
    assert all(answer.body == outcomes[0].body for answer in outcomes)
    with in_tenant("acme"):
        assert Conversation.objects.count() == 1
