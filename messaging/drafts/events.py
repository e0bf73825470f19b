"""What can happen to a person's drafts; all their devices hear of it."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("draft.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class DraftChanged:
    """A draft has another text now, or none; devices that know an older version ask for it."""

    user_id: UUID
    conversation_id: UUID
    thread_id: UUID | None
    version: int
    is_empty: bool
