"""What can happen to a poll. Who voted for what is no part of the record."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("poll.voted", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PollVoted:
    conversation_id: UUID
    message_id: UUID


@event("poll.closed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PollClosed:
    conversation_id: UUID
    message_id: UUID
