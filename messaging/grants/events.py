"""What can happen to grants of conversations."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("grant.given", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class GrantGiven:
    """To a person or a group."""

    conversation_id: UUID
    user_id: UUID | None
    group_id: UUID | None


@event("grant.taken", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class GrantTaken:
    """From a person or a group."""

    conversation_id: UUID
    user_id: UUID | None
    group_id: UUID | None
