"""What can happen between a person and a thread; all their devices hear of it."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("thread.followed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ThreadFollowed:
    user_id: UUID
    conversation_id: UUID
    root_id: UUID


@event("thread.unfollowed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ThreadUnfollowed:
    user_id: UUID
    conversation_id: UUID
    root_id: UUID


@event("thread.read", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class ThreadRead:
    """The person's cursor in a thread they follow stands at `read_seq` now."""

    user_id: UUID
    conversation_id: UUID
    root_id: UUID
    read_seq: int
