"""Who may do what with a message."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, NotFound
from messaging.conversations import access as conversations
from messaging.conversations.access import Place
from messaging.messages.models import Message, MessageKind


class Do(StrEnum):
    """Purposes for which a message is fetched."""

    READ = "read"
    REACT = "react"
    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"


class Found(NamedTuple):
    """A message, and the conversation it stands in."""

    message: Message
    place: Place


_WHY_NOT = {
    Do.REACT: _("Join the conversation to react; what is archived or deleted takes no reactions."),
    Do.REPLY: _("Join the conversation to reply; what is archived or deleted takes no replies."),
    Do.EDIT: _("Only its author may edit a message, while its conversation is open."),
    Do.DELETE: _("Only its author or the channel's owners may delete a message."),
}


def message_for(actor: Actor, message_id: UUID, do: Do) -> Found:
    """Fetch a message for a purpose.

    Errors  NotFound where it does not exist or its conversation may not be known; Forbidden where
            it is visible and the purpose is not allowed.
    """
    message = Message.objects.defer("words").filter(id=message_id).first()
    # Asked for with a message that does not exist, too: both refusals take equally long.
    place = _place(actor, message.conversation_id if message else message_id)
    if message is None or place is None or message.seq < place.begins_at:
        raise NotFound("message")
    if do not in allowed(actor, message, place):
        raise Forbidden("message", _WHY_NOT.get(do, ""), do=do.value)
    return Found(message, place)


def allowed(actor: Actor, message: Message, place: Place) -> frozenset[Do]:
    """Everything the actor may do with a message in a conversation that is visible to them."""
    in_place = conversations.allowed(actor, place)
    may = {Do.READ}
    takes_part = conversations.Do.TAKE_PART in in_place
    if takes_part and message.deleted_at is None:
        may |= {Do.REACT, Do.REPLY} if conversations.Do.REPLY in in_place else {Do.REACT}
    is_own = message.author_id is not None and message.author_id == actor.user_id
    if is_own and message.kind == MessageKind.TEXT and takes_part:
        may |= {Do.EDIT, Do.DELETE}
    if conversations.Do.REMOVE in in_place:
        may.add(Do.DELETE)
    return frozenset(may)


def _place(actor: Actor, conversation_id: UUID) -> Place | None:
    try:
        return conversations.place_for(actor, conversation_id, conversations.Do.READ)
    except NotFound:
        return None
