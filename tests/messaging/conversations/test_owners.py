"""Owners of channels: there is one for as long as somebody can be."""

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.conversations.models import Membership
from messaging.conversations.owners import change_member
from messaging.conversations.services import leave_conversation, remove_member
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel


def roles(channel) -> dict:
    return dict(Membership.objects.filter(conversation=channel).values_list("user_id", "role"))


def test_an_owner_makes_another_one_and_both_streams_tell_it(cast, in_acme, leadership):
    change_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id, role="owner")
    change_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id, role="owner")

    assert roles(leadership) == {cast.ana.id: "owner", cast.bo.id: "owner"}
    assert journal_types(leadership.id)[3:] == ["membership.changed"]
    assert journal_types(cast.bo.id) == ["membership.added", "membership.changed"]


def test_the_last_owner_stays_one_until_another_is_made(cast, in_acme, leadership):
    with pytest.raises(Conflict) as refusal:
        change_member(
            cast.ana.actor, conversation_id=leadership.id, user_id=cast.ana.id, role="member"
        )
    assert refusal.value.code == "last_owner"
    assert roles(leadership)[cast.ana.id] == "owner"

    change_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id, role="owner")
    change_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.ana.id, role="member")
    assert roles(leadership) == {cast.ana.id: "member", cast.bo.id: "owner"}


def test_members_make_no_owners_and_strangers_are_none(cast, in_acme):
    channel = make_channel(cast.cy, cast.bo)
    with pytest.raises(Forbidden):
        change_member(cast.bo.actor, conversation_id=channel.id, user_id=cast.bo.id, role="owner")
    with pytest.raises(NotFound):
        change_member(cast.cy.actor, conversation_id=channel.id, user_id=cast.ana.id, role="owner")
    with pytest.raises(Invalid):
        change_member(cast.cy.actor, conversation_id=channel.id, user_id=cast.bo.id, role="king")

    assert roles(channel) == {cast.cy.id: "owner", cast.bo.id: "member"}


def test_the_last_owner_does_not_leave_others_without_one(cast, in_acme, leadership):
    with pytest.raises(Conflict) as refusal:
        leave_conversation(cast.ana.actor, conversation_id=leadership.id)

    assert [error.field for error in refusal.value.errors] == ["successor_id"]
    assert roles(leadership) == {cast.ana.id: "owner", cast.bo.id: "member"}
    assert journal_types(leadership.id)[3:] == []


def test_the_last_owner_leaves_by_naming_a_successor(cast, in_acme, leadership):
    leave_conversation(cast.ana.actor, conversation_id=leadership.id, successor_id=cast.bo.id)

    assert roles(leadership) == {cast.bo.id: "owner"}
    assert journal_types(leadership.id)[3:] == ["membership.changed", "membership.removed"]


@pytest.mark.parametrize("who", ["cy", "ana"])
def test_a_successor_is_another_member(cast, in_acme, leadership, who):
    with pytest.raises(Invalid) as refusal:
        leave_conversation(
            cast.ana.actor,
            conversation_id=leadership.id,
            successor_id=getattr(cast, who).id,
        )

    assert refusal.value.about == "successor_id"
    assert roles(leadership) == {cast.ana.id: "owner", cast.bo.id: "member"}


def test_the_last_owner_is_not_removed_without_a_successor(cast, in_acme):
    channel = make_channel(cast.bo, cast.ana, cast.cy, kind="private")
    with pytest.raises(Conflict):
        remove_member(cast.ana.actor, conversation_id=channel.id, user_id=cast.bo.id)
    assert roles(channel)[cast.bo.id] == "owner"

    remove_member(
        cast.ana.actor, conversation_id=channel.id, user_id=cast.bo.id, successor_id=cast.cy.id
    )

    assert roles(channel) == {cast.ana.id: "member", cast.cy.id: "owner"}


def test_the_last_person_may_leave(cast, in_acme):
    channel = make_channel(cast.bo)

    leave_conversation(cast.bo.actor, conversation_id=channel.id)

    assert roles(channel) == {}


def test_roles_and_successors_over_rest(cast, leadership):
    ana, path = call(cast.ana.api), f"/conversations/{leadership.id}"

    refused = ana.post(f"{path}/leave")
    assert refused.problem == (409, "last_owner")
    assert refused.fields == ["successor_id"]
    changed = ana.patch(f"{path}/members/{cast.bo.id}", {"role": "owner", "may_post": True})
    assert (changed.status, changed.body["role"], changed.body["may_post"]) == (200, "owner", True)
    assert ana.patch(f"{path}/members/{cast.cy.id}", {"role": "owner"}).status == 404
    assert ana.post(f"{path}/leave", {"successor_id": str(cast.bo.id)}).status == 204
    assert call(cast.bo.api).get(path).body["membership"]["role"] == "owner"
