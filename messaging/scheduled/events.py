"""What can happen to a person's scheduled messages; all their devices hear of it."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("scheduled.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ScheduledChanged:
    """A message waits for its time, or waits for another one."""

    user_id: UUID
    scheduled_id: UUID


@event("scheduled.removed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ScheduledRemoved:
    """It was sent or called off."""

    user_id: UUID
    scheduled_id: UUID


@event("scheduled.failed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ScheduledFailed:
    """Its time came and it could not be sent: its author has lost the right, or the place is
    gone."""

    user_id: UUID
    scheduled_id: UUID
