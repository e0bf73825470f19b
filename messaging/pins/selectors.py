"""Read pins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.paging import Page, decode_cursor, encode_cursor
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import place_for
from messaging.messages.access import readable
from messaging.messages.parts import Part, part
from messaging.messages.view import views_of
from messaging.pins.models import Pin


@part(Part.PIN, "pin")
def pin_of(message_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Who pinned each of these messages, and when."""
    rows = Pin.objects.filter(message_id__in=message_ids).values_list(
        "message_id", "by_id", "created_at"
    )
    return {message_id: {"by_id": by_id, "at": at} for message_id, by_id, at in rows}


def pins(
    actor: Actor, *, conversation_id: UUID, cursor: str | None = None, limit: int = 50
) -> Page[dict[str, Any]]:
    """The pinned messages of a conversation, the latest pin first.

    Errors  NotFound by access. What was deleted, or lies before the history that the actor may
            see, is left out.
    """
    place_for(actor, conversation_id, InConversation.READ)
    rows = Pin.objects.filter(conversation_id=conversation_id)
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: limit + 1])
    page = found[:limit]
    following = encode_cursor(page[-1].id) if len(found) > limit else None
    seen = readable(actor, [pin.message_id for pin in page])
    shown = [seen[pin.message_id] for pin in page if pin.message_id in seen]
    return Page(views_of(row for row in shown if row.deleted_at is None), following)
