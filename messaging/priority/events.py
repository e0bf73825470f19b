"""What can happen to a message that matters more than others."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("acknowledgement.given", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class AcknowledgementGiven:
    conversation_id: UUID
    message_id: UUID
    user_id: UUID


@event("acknowledgement.noted", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class AcknowledgementNoted:
    """A person has acknowledged, told to their own devices where too many are asked to tell all."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID


@event("acknowledgement.dropped", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class AcknowledgementDropped:
    """Somebody who was asked is no longer among those who could answer."""

    conversation_id: UUID
    message_id: UUID
    user_id: UUID


@event("priority.reminded", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PriorityReminded:
    """`waiting_count` people had not acknowledged and were called on again."""

    conversation_id: UUID
    message_id: UUID
    waiting_count: int


@event("priority.escalated", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PriorityEscalated:
    """`told` are the people who were told that acknowledgements are missing."""

    conversation_id: UUID
    message_id: UUID
    waiting_count: int
    told: tuple[UUID, ...] = ()


@event("priority.expired", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class PriorityExpired:
    conversation_id: UUID
    message_id: UUID
    waiting_count: int


@event("acknowledgement.requested", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class AcknowledgementRequested:
    """A person is called on again; `seq` is the message's in its conversation."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID
    author_id: UUID | None
    seq: int


@event("acknowledgement.missing", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class AcknowledgementMissing:
    """A person is told that others have not acknowledged."""

    user_id: UUID
    conversation_id: UUID
    message_id: UUID
    author_id: UUID | None
    seq: int
    waiting_count: int
