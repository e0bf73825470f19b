"""Read an organisation's own emoji."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from messaging.emoji.models import CustomEmoji


def emoji_list(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[dict[str, Any]]:
    """All of them, by name."""
    rows = CustomEmoji.objects.defer("image").order_by("name")
    if cursor:
        (after,) = decode_cursor(cursor, str)
        rows = rows.filter(name__gt=after)
    found = list(rows[: limit + 1])
    following = encode_cursor(found[limit - 1].name) if len(found) > limit else None
    return Page([view_of(row) for row in found[:limit]], following)


def picture_of(actor: Actor, emoji_id: UUID) -> CustomEmoji:
    """One with its picture; NotFound where there is none."""
    row = CustomEmoji.objects.filter(id=emoji_id).first()
    if row is None:
        raise NotFound("emoji")
    return row


def is_known(name: str) -> bool:
    """Whether the organisation has an emoji of this name."""
    return CustomEmoji.objects.filter(name=name).exists()


def views_by_id(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The views of those that are there."""
    return {row.id: view_of(row) for row in CustomEmoji.objects.defer("image").filter(id__in=ids)}


def view_of(row: CustomEmoji) -> dict[str, Any]:
    """How an emoji looks from outside."""
    return {
        "id": row.id,
        "name": row.name,
        "url": f"/api/v1/emoji/{row.id}/image",
        "created_by_id": row.created_by_id,
        "created_at": row.created_at,
    }
