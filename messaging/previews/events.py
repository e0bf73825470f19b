"""What can happen to the previews of a message."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("previews.added", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PreviewsAdded:
    conversation_id: UUID
    message_id: UUID


@event("previews.removed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PreviewsRemoved:
    conversation_id: UUID
    message_id: UUID
