"""What can happen to an organisation's own emoji."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("emoji.added", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class EmojiAdded:
    tenant_id: UUID
    emoji_id: UUID


@event("emoji.removed", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class EmojiRemoved:
    tenant_id: UUID
    emoji_id: UUID
