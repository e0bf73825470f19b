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


@event("mentions.recorded", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MentionsRecorded:
    """A message calls on so many that they are not told one by one; `message_seq` is its number."""

    conversation_id: UUID
    message_id: UUID
    message_seq: int
