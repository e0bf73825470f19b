"""Group messages: up to fifty people, one per set of people, and what becomes of them."""

import pytest

from accounts.people.models import User
from core.errors import Forbidden, Invalid
from messaging.conversations.convert import convert_to_channel
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.services import add_members, create_conversation
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_direct, make_message


def crowd(count: int) -> list:
    return [
        User.objects.create(email=f"p{number}@acme.example", name=f"Person {number}").id
        for number in range(count)
    ]


def test_fifty_people_share_one_group_message_and_fifty_one_do_not(cast, in_acme):
    people = crowd(50)

    group, is_new = create_conversation(
        cast.ana.actor, kind="direct", name=None, member_ids=people[:49]
    )
    again, is_new_again = create_conversation(
        cast.ana.actor, kind="direct", name=None, member_ids=people[48::-1]
    )
    with pytest.raises(Invalid) as refusal:
        create_conversation(cast.ana.actor, kind="direct", name=None, member_ids=people)

    assert (is_new, is_new_again, again.id) == (True, False, group.id)
    assert group.memberships.count() == 50
    assert (refusal.value.about, refusal.value.code) == ("member_ids", "too_many")
    assert Conversation.objects.count() == 1


def test_a_group_message_becomes_a_private_channel_with_all_that_was_said(cast, in_acme):
    group = make_direct(cast.bo, cast.ana, cast.cy)
    message = make_message(group, cast.cy, "before")

    convert_to_channel(cast.bo.actor, conversation_id=group.id, name=" The  plan ")

    group.refresh_from_db()
    assert (group.kind, group.name, group.direct_key) == ("private", "The plan", None)
    assert dict(Membership.objects.filter(conversation=group).values_list("user_id", "role")) == {
        cast.ana.id: "member",
        cast.bo.id: "owner",
        cast.cy.id: "member",
    }
    read = call(cast.cy.api).get(f"/conversations/{group.id}/messages")
    assert str(message.id) in {item["id"] for item in read.items}
    assert journal_types(group.id)[5:] == ["conversation.converted", "membership.changed"]


def test_afterwards_people_can_be_added_and_the_same_people_write_anew(cast, in_acme):
    group = make_direct(cast.bo, cast.ana, cast.cy)
    convert_to_channel(cast.bo.actor, conversation_id=group.id, name="plan")

    add_members(cast.cy.actor, conversation_id=group.id, user_ids=[cast.eve.id])
    other = make_direct(cast.bo, cast.ana, cast.cy)

    assert group.memberships.count() == 4
    assert other.id != group.id


def test_two_people_a_channel_and_a_guest_are_refused(cast, in_acme, leadership):
    pair, group = make_direct(cast.ana, cast.bo), make_direct(cast.ana, cast.bo, cast.eve)
    for person, place in ((cast.ana, pair), (cast.ana, leadership), (cast.eve, group)):
        with pytest.raises(Forbidden):
            convert_to_channel(person.actor, conversation_id=place.id, name="x")
        before = place.kind
        place.refresh_from_db()
        assert place.kind == before


def test_a_name_is_needed(cast):
    group = make_direct(cast.ana, cast.bo, cast.cy)

    answer = call(cast.ana.api).post(f"/conversations/{group.id}/convert", {"name": " "})

    assert answer.status == 422
    assert answer.fields == ["name"]


def test_over_rest_the_channel_is_answered(cast):
    group = make_direct(cast.ana, cast.bo, cast.cy)

    answer = call(cast.bo.api).post(f"/conversations/{group.id}/convert", {"name": "plan"})

    assert (answer.status, answer.body["kind"], answer.body["name"]) == (200, "private", "plan")
    assert answer.body["membership"]["role"] == "owner"
    assert answer.body["member_ids"] == []
