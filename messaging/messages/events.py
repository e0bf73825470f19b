"""What can happen to a message. Facts carry ids, never what people wrote."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("message.created", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageCreated:
    """`mentions` are the people named, `groups` the groups of people.

    `calls_all` says that everybody was called on, `calls_here` that whoever was there was.
    """

    conversation_id: UUID
    message_id: UUID
    author_id: UUID | None
    thread_id: UUID | None = None
    mentions: tuple[UUID, ...] = ()
    calls_all: bool = False
    calls_here: bool = False
    groups: tuple[UUID, ...] = ()
    has_links: bool = False


@event("message.edited", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageEdited:
    conversation_id: UUID
    message_id: UUID
    author_id: UUID | None
    mentions: tuple[UUID, ...] = ()
    calls_all: bool = False
    calls_here: bool = False
    groups: tuple[UUID, ...] = ()
    has_links: bool = False


@event("message.moved", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageMoved:
    """A message stands in another thread now, or in none; `message_ids` are it and its replies."""

    conversation_id: UUID
    message_id: UUID
    before_thread_id: UUID | None
    thread_id: UUID | None
    message_ids: tuple[UUID, ...]


@event("message.arrived", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A message was moved here from another conversation, or came back from there."""

    conversation_id: UUID
    message_id: UUID
    from_id: UUID
    move_id: UUID


@event("message.departed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessagesDeparted:
    """Messages stand in another conversation now; `root_ids` are those whose threads lost some."""

    conversation_id: UUID
    message_ids: tuple[UUID, ...]
    root_ids: tuple[UUID, ...]
    to_id: UUID
    move_id: UUID


@event("message.restored", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageRestored:
    """A deletion was taken back by whoever made it."""

    conversation_id: UUID
    message_id: UUID


@event("message.deleted", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MessageDeleted:
    conversation_id: UUID
    message_id: UUID
