"""Who may do what with a conversation, as one table."""

import pytest
from django.utils import timezone

from core.errors import Forbidden, NotFound
from messaging.conversations.access import Do, allowed, place_for, visible_conversations
from messaging.conversations.models import Conversation
from tests.messaging.places import make_channel, make_direct

ALL = frozenset(Do)
MEMBER = {Do.READ, Do.LEAVE, Do.POST, Do.REPLY, Do.TAKE_PART, Do.INVITE, Do.EDIT}
OWNER = MEMBER | {Do.ARCHIVE, Do.REMOVE, Do.MANAGE}


def rights(person, conversation) -> set[Do]:
    return set(allowed(person.actor, place_for(person.actor, conversation.id, Do.READ)))


def archived(conversation: Conversation) -> Conversation:
    Conversation.objects.filter(id=conversation.id).update(archived_at=timezone.now())
    return conversation


def test_rights_in_a_public_channel(cast, in_acme):
    channel = make_channel(cast.bo, cast.ana, cast.eve)

    assert rights(cast.bo, channel) == OWNER
    assert rights(cast.ana, channel) == OWNER  # a manager of the organisation who is in it
    assert rights(cast.eve, channel) == MEMBER - {Do.INVITE, Do.EDIT}
    assert rights(cast.cy, channel) == {Do.READ, Do.JOIN}


def test_rights_in_an_archived_channel(cast, in_acme):
    channel = archived(make_channel(cast.bo, cast.ana))

    assert rights(cast.bo, channel) == {
        Do.READ,
        Do.LEAVE,
        Do.ARCHIVE,
        Do.REMOVE,
        Do.MANAGE,
    }
    assert rights(cast.cy, channel) == {Do.READ}


def test_rights_in_a_direct_conversation(cast, in_acme):
    direct = make_direct(cast.ana, cast.bo)

    assert rights(cast.ana, direct) == rights(cast.bo, direct)
    assert rights(cast.bo, direct) == {
        Do.READ,
        Do.POST,
        Do.REPLY,
        Do.TAKE_PART,
        Do.CONVERT,
    }


@pytest.mark.parametrize("kind", ["private", "direct"])
def test_what_is_not_public_is_invisible_to_others_even_to_owners(cast, in_acme, kind):
    hidden = (
        make_direct(cast.bo, cast.cy)
        if kind == "direct"
        else make_channel(cast.bo, cast.cy, kind="private")
    )

    for person in (cast.ana, cast.eve):
        with pytest.raises(NotFound):
            place_for(person.actor, hidden.id, Do.READ)
        assert not visible_conversations(person.actor).exists()


def test_guests_see_public_channels_only_where_they_are_in(cast, in_acme):
    mine = make_channel(cast.ana, cast.eve, name="mine")
    other = make_channel(cast.ana, name="other")

    assert list(visible_conversations(cast.eve.actor)) == [mine]
    with pytest.raises(NotFound):
        place_for(cast.eve.actor, other.id, Do.READ)


def test_what_does_not_exist_and_what_is_hidden_take_the_same_queries(
    cast, in_acme, leadership, django_assert_num_queries
):
    # The second asks for grants, which a member needs none of.
    for conversation_id in (leadership.id, cast.ana.id):
        with django_assert_num_queries(2), pytest.raises(NotFound):
            place_for(cast.cy.actor, conversation_id, Do.READ)


def test_every_refusal_that_is_visible_says_why(cast, in_acme, general):
    for do in ALL - {Do.READ, Do.JOIN}:
        with pytest.raises(Forbidden) as refusal:
            place_for(cast.cy.actor, general.id, do)
        assert str(refusal.value.detail)
