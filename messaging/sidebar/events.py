"""What can happen to the way a person keeps their conversations."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("sections.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SectionsChanged:
    """A section came, went, moved, or has another name."""

    user_id: UUID


@event("placement.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class PlacementChanged:
    """A conversation stands elsewhere in the sidebar, is a favourite or muted, or not any more."""

    user_id: UUID
    conversation_id: UUID
