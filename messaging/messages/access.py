"""Who may do what with a message."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.conversations import access as conversations
from messaging.conversations.access import Place, places_for
from messaging.messages.models import Message, MessageKind


class Do(StrEnum):
    """Purposes for which a message is fetched."""

    READ = "read"
    REACT = "react"
    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"
    PIN = "pin"
    MOVE = "move"


class Found(NamedTuple):
    """A message, and the conversation it stands in."""

    message: Message
    place: Place


_WHY_NOT = {
    Do.REACT: _("Join the conversation to react; nothing archived or deleted accepts reactions."),
    Do.REPLY: _("Join the conversation to reply; nothing archived or deleted accepts replies."),
    Do.EDIT: _("Only its author may edit a message, while its conversation is open."),
    Do.PIN: _("Join the conversation to pin; nothing archived or deleted can be pinned."),
    Do.MOVE: _("Only its author and the channel's owners may move a message."),
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


def message_held(actor: Actor, found: Found, do: Do) -> Found:
    """Fetch a message again once the caller holds its conversation's stream, for the same purpose.

    Errors  as `message_for`; Conflict where it was moved to another conversation meanwhile.
    """
    again = message_for(actor, found.message.id, do)
    if again.place.id != found.place.id:
        raise moved_meanwhile()
    return again


def moved_meanwhile() -> Conflict:
    """The refusal of what was begun while a message stood in another conversation."""
    return Conflict("message", _("The message was just moved; try again."), code="moved")


def root_for(place: Place, thread_id: UUID) -> Message:
    """Fetch the message that begins a thread here, in order to write in it.

    Errors  Invalid names `thread_id`: it is not there, a reply itself, deleted, or out of sight.
    """
    root = Message.objects.defer("words").filter(id=thread_id).first()
    if root is None or not _begins_thread(root, place):
        raise Invalid.field(
            "thread_id",
            _("Name a message of this conversation that begins a thread and is not deleted."),
            code="no_thread",
        )
    return root


def _begins_thread(root: Message, place: Place) -> bool:
    is_here = root.conversation_id == place.id and root.seq >= place.begins_at
    return is_here and root.thread_id is None and root.deleted_at is None


def readable(actor: Actor, message_ids: Collection[UUID]) -> dict[UUID, Message]:
    """Those of these messages that the actor may read, in the order of the ids; two statements."""
    rows = Message.objects.defer("words").in_bulk(list(message_ids))
    places = places_for(actor, {row.conversation_id for row in rows.values()})
    return {
        id_: rows[id_]
        for id_ in message_ids
        if id_ in rows and _is_seen(rows[id_], places.get(rows[id_].conversation_id))
    }


def _is_seen(message: Message, place: Place | None) -> bool:
    return place is not None and message.seq >= place.begins_at


def allowed(actor: Actor, message: Message, place: Place) -> frozenset[Do]:
    """Everything the actor may do with a message in a conversation that is visible to them."""
    in_place = conversations.allowed(actor, place)
    may = {Do.READ}
    takes_part = conversations.Do.TAKE_PART in in_place
    if takes_part and message.deleted_at is None:
        may |= {Do.REACT, Do.REPLY} if conversations.Do.REPLY in in_place else {Do.REACT}
        # What everybody is shown is for those to say who may speak to everybody.
        if message.kind == MessageKind.TEXT and conversations.Do.POST in in_place:
            may.add(Do.PIN)
    is_own = message.author_id is not None and message.author_id == actor.user_id
    if is_own and message.kind == MessageKind.TEXT and takes_part:
        may |= {Do.EDIT, Do.DELETE}
    may_move = is_own or conversations.Do.REMOVE in in_place
    if Do.REACT in may and may_move and message.kind == MessageKind.TEXT:
        may.add(Do.MOVE)
    if conversations.Do.REMOVE in in_place:
        may.add(Do.DELETE)
    return frozenset(may)


def _place(actor: Actor, conversation_id: UUID) -> Place | None:
    try:
        return conversations.place_for(actor, conversation_id, conversations.Do.READ)
    except NotFound:
        return None
