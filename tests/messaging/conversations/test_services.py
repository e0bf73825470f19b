"""Making and changing conversations, and who belongs to them."""

from uuid import uuid4

import pytest

from accounts.people.models import User
from core.actor import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
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
from tests.messaging.places import journal_types, make_channel, make_direct, make_message

BORN = ["conversation.created", "membership.added", "membership.added"]


def members_of(conversation) -> set:
    return set(conversation.memberships.values_list("user_id", flat=True))


def test_a_new_channel_has_its_maker_as_owner_and_the_others_as_members(cast, in_acme):
    channel, is_new = create_conversation(
        cast.ana.actor, kind="private", name="  Road  map ", member_ids=[cast.bo.id, cast.bo.id]
    )

    assert is_new
    assert channel.name == "Road map"
    assert dict(channel.memberships.values_list("user_id", "role")) == {
        cast.ana.id: "owner",
        cast.bo.id: "member",
    }
    assert journal_types(channel.id) == BORN
    assert journal_types(cast.bo.id) == ["membership.added"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (None, "empty"),
        ("", "empty"),
        ("   ", "empty"),
        ("#general", "invalid"),
        ("x" * 81, "too_long"),
        ("\u200b", "invalid"),
        ("\u200d", "empty"),
        ("gen\u202eeral", "invalid"),
        ("gen\x00eral", "invalid"),
        ("gen\ud800eral", "invalid"),
    ],
)
def test_a_channel_is_not_made_with_a_name_that_cannot_be_one(cast, in_acme, name, code):
    with pytest.raises(Invalid) as refusal:
        create_conversation(cast.ana.actor, kind="public", name=name, member_ids=[])

    assert (refusal.value.about, refusal.value.code) == ("name", code)
    assert Conversation.objects.count() == 0


def test_a_name_is_taken_whatever_its_case(cast, in_acme, general):
    with pytest.raises(Conflict) as refusal:
        create_conversation(cast.bo.actor, kind="public", name="GENERAL", member_ids=[])

    assert refusal.value.code == "name_taken"
    assert [error.field for error in refusal.value.errors] == ["name"]
    assert Conversation.objects.count() == 1


def test_the_same_name_is_free_in_another_organisation(cast, in_globex, general):
    channel = make_channel(cast.dee, cast.ed, name="general")

    assert channel.name == "general"


def test_nobody_unknown_is_put_into_a_new_channel(cast, in_acme):
    for stranger in (uuid4(), cast.dee.id):
        with pytest.raises(Invalid) as refusal:
            create_conversation(
                cast.ana.actor, kind="public", name="x", member_ids=[cast.bo.id, stranger]
            )
        assert refusal.value.about == "member_ids"

    assert Conversation.objects.count() == 0


def test_guests_make_no_conversations(cast, in_acme):
    for kind in ("public", "private", "direct"):
        with pytest.raises(Forbidden):
            create_conversation(cast.eve.actor, kind=kind, name="x", member_ids=[])

    assert Conversation.objects.count() == 0


def test_the_direct_conversation_of_the_same_people_is_one(cast, in_acme):
    first = make_direct(cast.ana, cast.bo)

    again, is_new = create_conversation(
        cast.bo.actor, kind="direct", name=None, member_ids=[cast.ana.id, cast.bo.id]
    )

    assert not is_new
    assert again.id == first.id
    assert members_of(first) == {cast.ana.id, cast.bo.id}
    assert journal_types(first.id) == BORN


def test_one_may_write_to_oneself(cast, in_acme):
    notes = make_direct(cast.ana)

    assert members_of(notes) == {cast.ana.id}


def test_a_direct_conversation_takes_no_name(cast, in_acme):
    with pytest.raises(Invalid) as refusal:
        create_conversation(cast.ana.actor, kind="direct", name="us", member_ids=[cast.bo.id])

    assert refusal.value.about == "name"


def test_a_change_writes_only_what_is_given_and_tells_it_once(cast, in_acme, general):
    update_conversation(cast.bo.actor, conversation_id=general.id, topic=" News ", purpose="All")

    general.refresh_from_db()
    assert (general.name, general.topic, general.purpose) == ("general", "News", "All")
    assert journal_types(general.id) == [*BORN, "conversation.updated"]


def test_a_change_to_the_same_is_no_event(cast, in_acme, general):
    update_conversation(cast.bo.actor, conversation_id=general.id, name="general", topic="")

    assert journal_types(general.id) == BORN


def test_a_channel_does_not_take_the_name_of_another(cast, in_acme, general):
    make_channel(cast.ana, name="plans")
    with pytest.raises(Conflict):
        update_conversation(cast.ana.actor, conversation_id=general.id, name="Plans")

    general.refresh_from_db()
    assert general.name == "general"
    assert journal_types(general.id) == BORN


@pytest.mark.parametrize("field", ["topic", "purpose"])
def test_a_topic_that_is_too_long_is_refused_by_name(cast, in_acme, general, field):
    with pytest.raises(Invalid) as refusal:
        update_conversation(cast.ana.actor, conversation_id=general.id, **{field: "x" * 501})

    assert (refusal.value.about, refusal.value.code) == (field, "too_long")


def test_only_members_change_a_channel(cast, in_acme, general, leadership):
    with pytest.raises(Forbidden):
        update_conversation(cast.cy.actor, conversation_id=general.id, topic="Mine")
    with pytest.raises(NotFound):
        update_conversation(cast.cy.actor, conversation_id=leadership.id, topic="Mine")

    general.refresh_from_db()
    assert general.topic == ""


def test_a_public_channel_can_be_joined_and_joining_twice_is_joining_once(cast, in_acme, general):
    make_message(general, cast.bo)

    join_conversation(cast.cy.actor, conversation_id=general.id)
    join_conversation(cast.cy.actor, conversation_id=general.id)

    membership = Membership.objects.get(conversation=general, user_id=cast.cy.id)
    assert (membership.role, membership.read_seq) == ("member", 5)
    assert journal_types(general.id) == [*BORN, "message.created", "membership.added"]
    assert journal_types(cast.cy.id) == ["membership.added"]


def test_what_is_private_direct_or_archived_cannot_be_joined(cast, in_acme, general, leadership):
    archive_conversation(cast.ana.actor, conversation_id=general.id)

    for conversation, refusal in (
        (general, Forbidden),
        (leadership, NotFound),
        (make_direct(cast.ana, cast.bo), NotFound),
    ):
        with pytest.raises(refusal):
            join_conversation(cast.cy.actor, conversation_id=conversation.id)

    assert not Membership.objects.filter(user_id=cast.cy.id).exists()


def test_guests_do_not_join_what_they_were_not_invited_to(cast, in_acme, general):
    with pytest.raises(NotFound):
        join_conversation(cast.eve.actor, conversation_id=general.id)

    assert members_of(general) == {cast.ana.id, cast.bo.id}


def test_leaving_is_told_to_the_channel_and_to_the_person(cast, in_acme, general):
    leave_conversation(cast.bo.actor, conversation_id=general.id)
    leave_conversation(cast.bo.actor, conversation_id=general.id)

    assert members_of(general) == {cast.ana.id}
    assert journal_types(general.id) == [*BORN, "membership.removed"]
    assert journal_types(cast.bo.id) == ["membership.added", "membership.removed"]


def test_a_direct_conversation_cannot_be_left_nor_added_to(cast, in_acme):
    direct = make_direct(cast.ana, cast.bo)

    with pytest.raises(Forbidden):
        leave_conversation(cast.bo.actor, conversation_id=direct.id)
    with pytest.raises(Forbidden):
        add_members(cast.bo.actor, conversation_id=direct.id, user_ids=[cast.cy.id])
    with pytest.raises(Forbidden):
        remove_member(cast.ana.actor, conversation_id=direct.id, user_id=cast.bo.id)

    assert members_of(direct) == {cast.ana.id, cast.bo.id}
    assert journal_types(direct.id) == BORN


def test_members_add_people_and_adding_twice_is_adding_once(cast, in_acme, leadership):
    for _ in range(2):
        add_members(
            cast.bo.actor, conversation_id=leadership.id, user_ids=[cast.cy.id, cast.eve.id]
        )

    assert members_of(leadership) == {cast.ana.id, cast.bo.id, cast.cy.id, cast.eve.id}
    assert journal_types(leadership.id) == [*BORN, "membership.added", "membership.added"]


def test_strangers_and_guests_add_nobody(cast, in_acme, general):
    add_members(cast.ana.actor, conversation_id=general.id, user_ids=[cast.eve.id])

    with pytest.raises(Forbidden):
        add_members(cast.eve.actor, conversation_id=general.id, user_ids=[cast.cy.id])
    with pytest.raises(Forbidden):
        add_members(cast.cy.actor, conversation_id=general.id, user_ids=[cast.cy.id])

    assert members_of(general) == {cast.ana.id, cast.bo.id, cast.eve.id}


def test_nobody_of_another_organisation_or_deactivated_is_added(cast, in_acme, general):
    cast.cy.user.is_active = False
    cast.cy.user.save(update_fields=["is_active"])

    for person in (cast.cy, cast.dee):
        with pytest.raises(Invalid) as refusal:
            add_members(cast.ana.actor, conversation_id=general.id, user_ids=[person.id])
        assert refusal.value.about == "user_id"

    assert members_of(general) == {cast.ana.id, cast.bo.id}


def test_only_owners_and_admins_remove_people(cast, in_acme, general):
    join_conversation(cast.cy.actor, conversation_id=general.id)

    with pytest.raises(Forbidden):
        remove_member(cast.bo.actor, conversation_id=general.id, user_id=cast.cy.id)
    assert cast.cy.id in members_of(general)

    remove_member(cast.ana.actor, conversation_id=general.id, user_id=cast.cy.id)
    assert cast.cy.id not in members_of(general)
    assert journal_types(cast.cy.id) == ["membership.added", "membership.removed"]


def test_removing_oneself_is_leaving_and_removing_nobody_changes_nothing(cast, in_acme, general):
    remove_member(cast.bo.actor, conversation_id=general.id, user_id=cast.bo.id)
    remove_member(cast.ana.actor, conversation_id=general.id, user_id=cast.cy.id)

    assert members_of(general) == {cast.ana.id}
    assert journal_types(general.id) == [*BORN, "membership.removed"]


def test_archiving_closes_and_restoring_opens_each_once(cast, in_acme, general):
    for _ in range(2):
        archive_conversation(cast.ana.actor, conversation_id=general.id)
    with pytest.raises(Forbidden):
        make_message(general, cast.bo)
    with pytest.raises(Forbidden):
        update_conversation(cast.ana.actor, conversation_id=general.id, topic="x")

    for _ in range(2):
        restore_conversation(cast.ana.actor, conversation_id=general.id)
    make_message(general, cast.bo)

    assert journal_types(general.id) == [
        *BORN,
        "conversation.archived",
        "conversation.restored",
        "message.created",
    ]


def test_members_do_not_archive(cast, in_acme, general):
    with pytest.raises(Forbidden):
        archive_conversation(cast.bo.actor, conversation_id=general.id)

    general.refresh_from_db()
    assert general.archived_at is None


def test_a_guest_in_one_channel_comes_into_no_second_one(cast, in_acme):
    User.objects.filter(id=cast.eve.id).update(role=Role.SINGLE_GUEST)
    one = make_channel(cast.ana, cast.eve, name="one")
    two = make_channel(cast.ana, name="two")

    with pytest.raises(Invalid) as refusal:
        add_members(cast.ana.actor, conversation_id=two.id, user_ids=[cast.eve.id])
    with pytest.raises(Invalid):
        make_channel(cast.ana, cast.eve, name="three")

    assert refusal.value.code == "one_channel"
    members = Membership.objects.filter(user_id=cast.eve.id)
    assert list(members.values_list("conversation_id", flat=True)) == [one.id]
    add_members(cast.ana.actor, conversation_id=one.id, user_ids=[cast.eve.id])
    assert make_direct(cast.ana, cast.eve).id
