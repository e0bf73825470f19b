"""What can happen to a person's list for later; all their devices hear of it."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("later.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class LaterChanged:
    """A message was put into the list, or how it stands there has changed."""

    user_id: UUID
    message_id: UUID


@event("later.removed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class LaterRemoved:
    user_id: UUID
    message_id: UUID


@event("reminder.due", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ReminderDue:
    """The time has come that the person chose."""

    user_id: UUID
    message_id: UUID
