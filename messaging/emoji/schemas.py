"""The shapes of an organisation's own emoji."""

from datetime import datetime
from uuid import UUID

from ninja import Schema


class EmojiView(Schema):
    """Written `:name:`; `url` is its picture, for whoever is signed in."""

    id: UUID
    name: str
    url: str
    created_by_id: UUID | None
    created_at: datetime


class EmojiPage(Schema):
    items: list[EmojiView]
    next: str | None
