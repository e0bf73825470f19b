"""What can happen to a conversation and to who belongs to it."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("conversation.created", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ConversationCreated:
    conversation_id: UUID


@event("conversation.updated", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ConversationUpdated:
    """`changed` are the names of its fields that have another value now."""

    conversation_id: UUID
    changed: tuple[str, ...] = ()
    by_id: UUID | None = None


@event("conversation.archived", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ConversationArchived:
    conversation_id: UUID
    by_id: UUID | None = None


@event("conversation.restored", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ConversationRestored:
    conversation_id: UUID
    by_id: UUID | None = None


@event("membership.added", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MembershipAdded:
    conversation_id: UUID
    user_id: UUID
    role: str
    by_id: UUID | None = None


@event("membership.removed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MembershipRemoved:
    conversation_id: UUID
    user_id: UUID
    role: str
    by_id: UUID | None = None


@event("membership.added", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class AddedToConversation:
    """The same fact in the person's own stream: their devices learn of it at once."""

    user_id: UUID
    conversation_id: UUID
    role: str
    #: The first number of the conversation of which they may see anything.
    history_from_seq: int = 0


@event("membership.removed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class RemovedFromConversation:
    """The same fact in the person's own stream: their devices drop the conversation at once."""

    user_id: UUID
    conversation_id: UUID
    role: str


@event("membership.changed", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """A member became an owner or is none any more, or may post where only named people do."""

    conversation_id: UUID
    user_id: UUID
    role: str
    may_post: bool


@event("membership.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class MyMembershipChanged:
    """The same fact in the person's own stream."""

    user_id: UUID
    conversation_id: UUID
    role: str
    may_post: bool


@event("conversation.converted", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class ConversationConverted:
    """A group message became a private channel; its history and its people stay."""

    conversation_id: UUID
    by_id: UUID | None
