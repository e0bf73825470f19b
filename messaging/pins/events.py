"""What can happen to pins."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("message.pinned", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessagePinned:
    conversation_id: UUID
    message_id: UUID


@event("message.unpinned", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageUnpinned:
    conversation_id: UUID
    message_id: UUID
