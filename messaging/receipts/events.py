"""What can happen to a person's read cursor."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("cursor.moved", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class CursorMoved:
    user_id: UUID
    conversation_id: UUID
    read_seq: int
