"""What can happen to a person's status."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("status.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class StatusChanged:
    user_id: UUID
