"""What can happen to grants of conversations."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event, record_of

# The conversation's own stream is read by its members, few of whom may see its grants.
_of_conversation = record_of("grants", within="conversation_id")


@event("grant.given", stream=StreamKind.TENANT, key=_of_conversation)
@dataclass(frozen=True, slots=True)
class GrantGiven:
    """To a person or a group."""

    conversation_id: UUID
    user_id: UUID | None
    group_id: UUID | None


@event("grant.taken", stream=StreamKind.TENANT, key=_of_conversation)
@dataclass(frozen=True, slots=True)
class GrantTaken:
    """From a person or a group."""

    conversation_id: UUID
    user_id: UUID | None
    group_id: UUID | None
