"""What can call for a person's attention."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("mention.created", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class MentionCreated:
    """`seq` is the message's in its conversation."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID
    seq: int
