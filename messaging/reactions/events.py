"""What can happen to reactions."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("reaction.added", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ReactionAdded:
    conversation_id: UUID
    message_id: UUID
    user_id: UUID
    emoji: str


@event("reaction.removed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    conversation_id: UUID
    message_id: UUID
    user_id: UUID
    emoji: str
