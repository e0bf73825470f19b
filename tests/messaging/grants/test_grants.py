"""Grants: a group that is granted a channel reaches it while somebody is in it, and no longer."""

import pytest

from accounts.groups import services as groups
from accounts.groups.models import Group
from accounts.groups.services import Members
from core.errors import Forbidden, Invalid, NotFound
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.access import Do, allowed, place_for, visible_conversations
from messaging.conversations.models import Membership
from messaging.conversations.services import join_conversation, leave_conversation
from messaging.grants import services
from messaging.grants.models import ConversationGroupGrant
from messaging.search.selectors import search
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_direct, make_message


@pytest.fixture
def team(cast, in_acme) -> Group:
    return groups.create_group(cast.ana.actor, name="team")


@pytest.fixture
def room(cast, in_acme):
    return make_channel(cast.ana, name="room", kind="private")


def put(cast, group: Group, *people) -> None:
    members = Members.of([person.id for person in people])
    groups.add_members(cast.ana.actor, group_id=group.id, members=members)


def take(cast, group: Group, *people) -> None:
    members = Members.of([person.id for person in people])
    groups.remove_members(cast.ana.actor, group_id=group.id, members=members)


def work() -> None:
    """Run the handlers of everything that happened."""
    for entry in Entry.objects.order_by("occurred_at", "seq"):
        assert run_entry(entry)


def is_member(person, room) -> bool:
    return Membership.objects.filter(conversation=room, user_id=person.id).exists()


@pytest.mark.parametrize("who", ["cy", "eve"])
def test_whoever_comes_into_the_group_reaches_the_channel_at_once(cast, team, room, who):
    person = getattr(cast, who)
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    with pytest.raises(NotFound):
        place_for(person.actor, room.id, Do.READ)

    put(cast, team, person)

    place = place_for(person.actor, room.id, Do.READ)
    assert allowed(person.actor, place) == {Do.READ, Do.JOIN}
    assert list(visible_conversations(person.actor)) == [room]
    work()
    assert is_member(person, room)
    assert Do.POST in allowed(person.actor, place_for(person.actor, room.id, Do.READ))


def test_whoever_leaves_the_group_is_out_with_the_commit(cast, team, room):
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    put(cast, team, cast.cy)
    work()
    assert is_member(cast.cy, room)

    take(cast, team, cast.cy)

    with pytest.raises(NotFound):
        place_for(cast.cy.actor, room.id, Do.READ)
    assert not is_member(cast.cy, room)
    assert journal_types(room.id)[-1] == "membership.removed"
    assert "membership.removed" in journal_types(cast.cy.id)
    work()
    assert not is_member(cast.cy, room)


@pytest.mark.parametrize("how", ["take the grant", "delete the group", "unnest the group"])
def test_every_way_to_lose_a_grant_ends_what_came_with_it(cast, team, room, how):
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[team.id])
    )
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=outer.id)
    put(cast, team, cast.cy)
    work()
    assert is_member(cast.cy, room)

    if how == "take the grant":
        services.take_grant(cast.ana.actor, conversation_id=room.id, group_id=outer.id)
    elif how == "delete the group":
        groups.delete_group(cast.ana.actor, group_id=outer.id)
    else:
        groups.remove_members(
            cast.ana.actor, group_id=outer.id, members=Members.of(children=[team.id])
        )

    assert not is_member(cast.cy, room)
    assert not visible_conversations(cast.cy.actor).exists()


def test_who_was_a_member_anyway_stays_one(cast, team):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    put(cast, team, cast.bo)
    work()

    take(cast, team, cast.bo)

    assert is_member(cast.bo, room)


def test_a_second_grant_keeps_what_the_first_one_gave(cast, team, room):
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    services.grant(cast.ana.actor, conversation_id=room.id, user_id=cast.cy.id)
    put(cast, team, cast.cy)
    work()

    take(cast, team, cast.cy)
    assert is_member(cast.cy, room)
    services.take_grant(cast.ana.actor, conversation_id=room.id, user_id=cast.cy.id)
    assert not is_member(cast.cy, room)


def test_a_new_grant_makes_members_of_those_in_the_group_and_tells_them(cast, team, room):
    put(cast, team, cast.cy, cast.bo)

    assert services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    assert not services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    work()

    assert is_member(cast.cy, room)
    assert is_member(cast.bo, room)
    assert ConversationGroupGrant.objects.count() == 1
    assert "membership.added" in journal_types(cast.cy.id)


def test_who_left_may_come_back_while_the_grant_lasts(cast, team, room):
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)
    put(cast, team, cast.cy)
    work()

    leave_conversation(cast.cy.actor, conversation_id=room.id)
    assert not is_member(cast.cy, room)
    join_conversation(cast.cy.actor, conversation_id=room.id)

    assert is_member(cast.cy, room)


def test_search_finds_what_was_granted_before_any_worker_ran(cast, team, room):
    make_message(room, cast.ana, "walnut")
    put(cast, team, cast.cy)
    assert search(cast.cy.actor, query="walnut").items == []

    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)

    assert len(search(cast.cy.actor, query="walnut").items) == 1
    assert search(cast.bo.actor, query="walnut").items == []


def test_direct_messages_are_never_granted(cast, team, in_acme):
    direct = make_direct(cast.ana, cast.bo)

    with pytest.raises((Invalid, Forbidden, NotFound)):
        services.grant(cast.ana.actor, conversation_id=direct.id, group_id=team.id)

    assert ConversationGroupGrant.objects.count() == 0


def test_members_without_the_right_grant_nothing(cast, team):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")

    with pytest.raises(Forbidden):
        services.grant(cast.bo.actor, conversation_id=room.id, group_id=team.id)
    with pytest.raises(NotFound):
        services.grant(cast.cy.actor, conversation_id=room.id, group_id=team.id)
    with pytest.raises(NotFound):
        services.take_grant(cast.eve.actor, conversation_id=room.id, group_id=team.id)


def test_the_way_of_a_member_takes_no_query_more(cast, team, room, django_assert_num_queries):
    services.grant(cast.ana.actor, conversation_id=room.id, group_id=team.id)

    with django_assert_num_queries(1) as asked:
        place_for(cast.ana.actor, room.id, Do.POST)
    assert "usergrant" not in asked.captured_queries[0]["sql"]
    with django_assert_num_queries(2), pytest.raises(NotFound):
        place_for(cast.cy.actor, room.id, Do.POST)


def test_over_rest_and_in_the_console(cast, team, room):
    ana, path = call(cast.ana.api), f"/conversations/{room.id}/grants"
    made = ana.post(path, {"group_id": str(team.id)})

    assert made.status == 201
    assert made.items == [{"user_id": None, "group_id": str(team.id), "name": "team"}]
    assert call(cast.cy.api).get(path).problem == (404, "not_found")
    assert ana.post(path, {}).fields == ["user_id"]
    assert ana.delete(f"{path}/groups/{team.id}").status == 204
    assert ana.get(path).items == []

    answer = cast.ana.client.post(
        "/admin/messaging/conversationgroupgrant/add/",
        {"content_object": str(room.id), "group": str(team.id)},
    )
    assert answer.status_code == 302
    assert cast.ana.client.get("/admin/messaging/conversationgroupgrant/").status_code == 200
    grant = ConversationGroupGrant.objects.get()
    cast.ana.client.post(
        f"/admin/messaging/conversationgroupgrant/{grant.id}/delete/", {"post": "yes"}
    )
    assert ConversationGroupGrant.objects.count() == 0
