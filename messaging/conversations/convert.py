"""Turns a group message into a private channel."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden
from events.journal import hold, publish
from messaging.conversations.access import Do, place_for
from messaging.conversations.events import (
    ConversationConverted,
    MembershipChanged,
    MyMembershipChanged,
)
from messaging.conversations.models import Conversation, Kind, MemberRole, Membership
from messaging.conversations.policy import check_may_make, check_name
from messaging.conversations.services import channel_name

FEWEST = 3


def convert_to_channel(actor: Actor, *, conversation_id: UUID, name: str | None) -> Conversation:
    """Make a group message a private channel of the same people; what was said stays.

    Whoever converts it owns it. The same people can write to each other anew afterwards.
    Errors  Forbidden for a conversation of two, for channels and for guests; Invalid names `name`.
    """
    place_for(actor, conversation_id, Do.CONVERT)
    name = check_name(channel_name(name))
    check_may_make(actor, kind=Kind.PRIVATE)
    with transaction.atomic():
        hold(conversation_id)
        conversation = place_for(actor, conversation_id, Do.CONVERT).conversation
        if conversation.memberships.count() < FEWEST:
            words = _("Only group messages of three or more people can become a channel.")
            raise Forbidden("conversation", words)
        conversation.kind, conversation.name, conversation.direct_key = Kind.PRIVATE, name, None
        conversation.save(update_fields=["kind", "name", "direct_key"])
        publish(ConversationConverted(conversation_id, actor.user_id), by=actor)
        _make_owner(actor, conversation_id)
    return conversation


def _make_owner(actor: Actor, conversation_id: UUID) -> None:
    row = Membership.objects.get(conversation_id=conversation_id, user_id=actor.user_id)
    row.role = MemberRole.OWNER
    row.save(update_fields=["role"])
    publish(MembershipChanged(conversation_id, row.user_id, row.role, row.may_post), by=actor)
    publish(MyMembershipChanged(row.user_id, conversation_id, row.role, row.may_post), by=actor)
