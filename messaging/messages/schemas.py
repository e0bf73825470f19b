"""The shapes of messages in REST answers and live frames; the client's types are made of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from core.api import Body
from core.text import MAX_TEXT

Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 90)]


# Documented here, refused by the service: in words of ours, and with a code of its own.
Text = Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT})]


class ReactionView(Schema):
    emoji: str
    user_ids: list[UUID]
    count: int


class FileView(Schema):
    """A file; `content_type` is what its bytes look like. Once deleted it has no name any more.

    `width` and `height` are those of a picture as it is seen, known before it is loaded.
    """

    id: UUID
    name: str
    content_type: str
    size_bytes: int
    url: str
    width: int | None
    height: int | None
    thumbnail_url: str | None
    scan: Literal["none", "pending", "clean", "infected", "failed"]
    version: int
    created_by_id: UUID | None
    deleted_at: datetime | None


class PinView(Schema):
    by_id: UUID | None
    at: datetime


class PreviewView(Schema):
    """What a page says of itself; its picture is ours, the page's own server is never asked."""

    id: UUID
    url: str
    title: str
    description: str
    site: str
    image_url: str | None


class PollOptionView(Schema):
    text: str
    count: int
    user_ids: list[UUID]


class PollView(Schema):
    """`user_ids` are a few of the voters, and nobody where the poll is anonymous."""

    options: list[PollOptionView]
    is_multiple: bool
    is_anonymous: bool
    closes_at: datetime | None
    voter_count: int


class PriorityView(Schema):
    """How much a message matters; where it asks, who has acknowledged, at most 50 by name each."""

    level: Literal["important", "urgent"]
    asks: bool
    remind_after_minutes: int | None
    expires_at: datetime | None
    is_expired: bool
    escalated_at: datetime | None
    recipient_count: int
    acknowledged_count: int
    acknowledged_ids: list[UUID]
    waiting_ids: list[UUID]


class NewPoll(Body):
    """A poll; the message's text is the question."""

    options: Annotated[list[str], Field(min_length=2, max_length=20)]
    multiple: bool = False
    anonymous: bool = False
    closes_after_minutes: Minutes | None = None


class NewPriority(Body):
    """`acknowledge` asks those whom the text names, or else every member.

    After `remind_after_minutes` they are called on again, after as long once more `escalate_to`,
    or else the channel's owners, are told. A request to many people is answered with 409
    `confirm_recipients` until it is sent as `confirmed`.
    """

    level: Literal["important", "urgent"]
    acknowledge: bool = False
    remind_after_minutes: Minutes | None = None
    escalate_to: Annotated[list[UUID], Field(max_length=10)] = []
    expires_after_minutes: Minutes | None = None
    confirmed: bool = False


class ForwardView(Schema):
    """What a message passes on; where it stands is told by `GET /messages/{source_id}`."""

    source_id: UUID
    author_id: UUID | None
    text: str
    written_at: datetime


class MovedView(Schema):
    """That a message was moved here, by whom, and from which conversation."""

    by_id: UUID | None
    at: datetime
    from_id: UUID


class MessageView(Schema):
    """A message; `seq` is the number of its creation, `text` is null once it was deleted."""

    id: UUID
    conversation_id: UUID
    seq: int
    thread_id: UUID | None
    author_id: UUID | None
    kind: Literal["text", "system"]
    subtype: str | None
    text: str | None
    key: UUID
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    reactions: list[ReactionView]
    reply_count: int
    last_reply_at: datetime | None
    reply_user_ids: list[UUID]
    also_in_conversation: bool
    files: list[FileView]
    pin: PinView | None = None
    forward: ForwardView | None = None
    poll: PollView | None = None
    priority: PriorityView | None = None
    previews: list[PreviewView] | None = None
    moved: MovedView | None = None


class MessagePage(Schema):
    items: list[MessageView]
    next: str | None


class RevisionView(Schema):
    number: int
    text: str
    edited_by_id: UUID | None
    created_at: datetime


class RevisionList(Schema):
    items: list[RevisionView]
    next: str | None
