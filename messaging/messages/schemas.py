"""The shapes of messages in REST answers and live frames; the client's types are made of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema


class ReactionView(Schema):
    emoji: str
    user_ids: list[UUID]
    count: int


class FileView(Schema):
    id: UUID
    name: str
    content_type: str
    size_bytes: int
    url: str


class PinView(Schema):
    by_id: UUID | None
    at: datetime


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
