"""How far a message got: told to its author, honestly, and to nobody where that is switched off."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.policies.services import change
from core.errors import Forbidden, NotFound
from core.ids import new_id
from events.models import Stream
from messaging.conversations.models import Membership
from messaging.conversations.services import add_members
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.services import post_message
from messaging.priority.services import acknowledge
from messaging.receipts.selectors import cursors, delivery
from messaging.receipts.services import mark_read, note_delivered
from tests.messaging.places import make_channel, make_message


@pytest.fixture
def room(cast):
    return make_channel(cast.ana, cast.bo, cast.cy, name="ops")


def reaches(room, person, seq) -> None:
    assert note_delivered({room.id: {person.id: seq}})


def state(person, message) -> tuple:
    found = delivery(person.actor, message.id)
    return found["state"], found["delivered_count"], found["seen_count"]


def test_it_is_delivered_when_all_have_it_and_seen_when_all_have_read_it(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")
    assert state(cast.ana, message) == ("sent", 0, 0)

    reaches(room, cast.bo, message.seq)
    assert state(cast.ana, message) == ("sent", 1, 0)

    reaches(room, cast.cy, message.seq)
    assert state(cast.ana, message) == ("delivered", 2, 0)

    mark_read(cast.bo.actor, conversation_id=room.id, seq=message.seq)
    assert state(cast.ana, message) == ("delivered", 2, 1)

    mark_read(cast.cy.actor, conversation_id=room.id, seq=message.seq)
    assert state(cast.ana, message) == ("seen", 2, 2)
    assert delivery(cast.ana.actor, message.id)["seen_by"] == sorted([cast.bo.id, cast.cy.id])


def test_what_was_read_has_arrived_though_nobody_said_so(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")

    mark_read(cast.bo.actor, conversation_id=room.id, seq=message.seq)

    assert state(cast.ana, message) == ("sent", 1, 1)


def test_a_cursor_goes_neither_back_nor_beyond_the_head(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")

    reaches(room, cast.bo, 10**9)
    reaches(room, cast.bo, 1)

    row = Membership.objects.get(conversation=room, user_id=cast.bo.id)
    assert row.delivered_seq == message.seq == Stream.objects.get(id=room.id).last_seq


def test_strangers_are_not_noted(cast, in_acme, room):
    make_message(room, cast.ana, "hello")

    assert note_delivered({room.id: {cast.eve.id: 3}, new_id(): {cast.bo.id: 3}})

    assert not Membership.objects.filter(delivered_seq__gt=0).exists()


def test_noting_is_one_statement_whatever_it_holds(cast, in_acme, room):
    make_message(room, cast.ana, "hello")
    other = make_channel(cast.ana, cast.bo, name="other")

    for reached in (
        {room.id: {cast.bo.id: 1}},
        {room.id: {p.id: 3 for p in (cast.bo, cast.cy)}, other.id: {cast.bo.id: 2}},
    ):
        note_delivered(reached)
        with CaptureQueriesContext(connection) as queries:
            note_delivered(reached)
        assert len(queries) == 1


def test_who_joined_later_does_not_hold_a_message_back(cast, in_acme, general):
    message = make_message(general, cast.ana, "hello")
    mark_read(cast.bo.actor, conversation_id=general.id, seq=message.seq)

    add_members(cast.ana.actor, conversation_id=general.id, user_ids=[cast.cy.id])

    assert state(cast.ana, message) == ("seen", 1, 1)


def test_acknowledged_by_all_is_more_than_seen(cast, in_acme, general):
    message = post_message(
        cast.ana.actor,
        conversation_id=general.id,
        text="x",
        key=new_id(),
        brought={"priority": {"level": "urgent", "acknowledge": True}},
    ).message

    acknowledge(cast.bo.actor, message_id=message.id)

    assert state(cast.ana, message)[0] == "acknowledged"


def test_only_the_author_sees_it(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")
    secret = make_message(make_channel(cast.ana, name="own", kind="private"), cast.ana, "x")

    with pytest.raises(Forbidden):
        delivery(cast.bo.actor, message.id)
    with pytest.raises(NotFound):
        delivery(cast.bo.actor, secret.id)


def test_switched_off_nothing_is_told_and_nothing_noted(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")
    change(cast.ana.actor, EtiquettePolicy, shows_receipts=False)

    with pytest.raises(Forbidden) as refusal:
        delivery(cast.ana.actor, message.id)
    assert refusal.value.code == "receipts_off"
    assert cursors(cast.ana.actor, room.id) == (False, [])
    assert not note_delivered({room.id: {cast.bo.id: message.seq}})
    assert not Membership.objects.filter(delivered_seq__gt=0).exists()


def test_the_cursors_of_a_small_conversation_are_told_to_its_members(cast, in_acme, room):
    message = make_message(room, cast.ana, "hello")
    reaches(room, cast.bo, message.seq)

    found = cursors(cast.ana.actor, room.id)

    told = {one["user_id"]: (one["delivered_seq"], one["read_seq"]) for one in found.members}
    assert found.is_shown
    assert told[cast.bo.id][0] == message.seq
    public = make_channel(cast.ana, name="elsewhere")
    with pytest.raises(Forbidden):
        cursors(cast.bo.actor, public.id)
