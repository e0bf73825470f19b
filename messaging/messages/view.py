"""How a message looks from outside: the same view in REST answers and in live frames.

Features above messages (reactions, files) add their parts through a port, so that messages needs to
know nothing of them and a page of messages costs one query per part.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from messaging.messages.models import Message

type Part = Callable[[Sequence[UUID]], dict[UUID, list]]
"""Takes message ids; returns the part of each message that has any."""

FIELDS = (
    "id",
    "conversation_id",
    "seq",
    "thread_id",
    "author_id",
    "kind",
    "subtype",
    "text",
    "key",
    "created_at",
    "edited_at",
    "deleted_at",
    "reply_count",
    "last_reply_at",
    "also_in_conversation",
)
COLUMNS = ", ".join(f"m.{name}" for name in FIELDS)

_MOST_FACES = 5

_parts: dict[str, Part] = {}


def adds_part(name: str) -> Callable[[Part], Part]:
    """Register a part of the message view; it is an empty list where a message has none."""

    def register(part: Part) -> Part:
        _parts[name] = part
        return part

    return register


def view_of_new(message: Message) -> dict[str, Any]:
    """The view of a message that was just made: it cannot have any parts yet, nothing is read."""
    view = {name: getattr(message, name) for name in FIELDS}
    return view | {name: [] for name in _parts} | {"reply_user_ids": []}


def views_of(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The views of stored messages, in their order."""
    return complete([{name: getattr(row, name) for name in FIELDS} for row in messages])


def views_of_rows(rows: Iterable[Sequence]) -> list[dict[str, Any]]:
    """The views of rows that hold COLUMNS first, in their order."""
    return complete([dict(zip(FIELDS, row, strict=False)) for row in rows])


def complete(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the parts: one query each, and one for the faces of threads where there are any."""
    ids = [view["id"] for view in views]
    found = {name: part(ids) if ids else {} for name, part in _parts.items()}
    faces = _faces([view["id"] for view in views if view["reply_count"]])
    for view in views:
        for name in _parts:
            view[name] = found[name].get(view["id"], [])
        view["reply_user_ids"] = faces.get(view["id"], [])
    return views


def _faces(thread_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """A few of the people who replied, per thread."""
    if not thread_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT thread_id, (array_agg(DISTINCT author_id))[1:%s] FROM messaging_message"
            " WHERE thread_id = ANY(%s) AND deleted_at IS NULL AND author_id IS NOT NULL"
            " GROUP BY thread_id",
            [_MOST_FACES, list(thread_ids)],
        )
        return dict(cursor.fetchall())
