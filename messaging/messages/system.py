"""Lines of the conversation itself: somebody came, the topic is another one, a message was pinned.

Their author is who did it. `text` is the value that the line tells of and nothing more (the new
name, the pinned message's id): each client words the line in its reader's language. Lines that
came with an import keep the words they had there.
"""

from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from core.ids import new_id
from events.journal import publish
from messaging.messages.events import MessageCreated
from messaging.messages.models import Message, MessageKind


class Line(StrEnum):
    """What a line tells of; stored as the message's `subtype`."""

    JOINED = "joined"
    LEFT = "left"
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    TOPIC = "topic"
    PURPOSE = "purpose"
    ARCHIVED = "archived"
    RESTORED = "restored"
    CONVERTED = "converted"
    IDLE = "idle"
    PINNED = "pinned"
    MOVED_TO_THREAD = "moved_to_thread"
    MOVED_OUT = "moved_out"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"


def tell(actor: Actor, conversation_id: UUID, line: Line, value: str | None = None) -> Message:
    """Write a line into a conversation. The caller holds its stream, and has asked what may be."""
    message = Message(
        id=new_id(),
        conversation_id=conversation_id,
        author_id=actor.user_id,
        kind=MessageKind.SYSTEM,
        subtype=line.value,
        text=value,
        key=new_id(),
        created_at=timezone.now(),
    )
    publish(MessageCreated(conversation_id, message.id, actor.user_id), by=actor, row=message)
    return message
