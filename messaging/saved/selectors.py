"""Read a person's list for later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from messaging.messages.access import readable
from messaging.messages.view import views_of
from messaging.saved.models import Saved


def saved(
    actor: Actor, *, state: str = "open", cursor: str | None = None, limit: int = 50
) -> Page[dict[str, Any]]:
    """The actor's list for later, newest first: what is open, or what is done.

    Shape   `message` is None where it may not be read any more, or was deleted.
    """
    rows = Saved.objects.filter(user_id=actor.user_id, done_at__isnull=state == "open")
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: limit + 1])
    page = found[:limit]
    following = encode_cursor(page[-1].id) if len(found) > limit else None
    return Page(views(actor, page), following)


def saved_item(actor: Actor, message_id: UUID) -> dict[str, Any]:
    """One entry of the list; NotFound where the message is not on it."""
    row = Saved.objects.filter(user_id=actor.user_id, message_id=message_id).first()
    if row is None:
        raise NotFound("saved")
    return views(actor, [row])[0]


def views(actor: Actor, rows: list[Saved]) -> list[dict[str, Any]]:
    """How entries look, with the messages that the actor may still read."""
    seen = readable(actor, [row.message_id for row in rows])
    shown = {view["id"]: view for view in views_of(seen.values()) if view["deleted_at"] is None}
    return [_view(row, shown.get(row.message_id)) for row in rows]


def _view(row: Saved, message: dict[str, Any] | None) -> dict[str, Any]:
    times: dict[str, datetime | None] = {
        "saved_at": row.created_at,
        "done_at": row.done_at,
        "remind_at": row.remind_at,
        "reminded_at": row.reminded_at,
    }
    return {"message_id": row.message_id, **times, "message": message}
