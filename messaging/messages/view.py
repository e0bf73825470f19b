"""How a message looks from outside: the same view in REST answers and in live frames.

Features above messages add their parts through ports, so that messages needs to know nothing of
them: reactions here, since any message may have some at any time; all others in `parts`, which are
read only where the message itself says that it has one.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from messaging.messages.models import Message
from messaging.messages.parts import add_empty, add_parts

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
_STORED = (*FIELDS, "parts")
COLUMNS = ", ".join(f"m.{name}" for name in _STORED)

_MOST_FACES = 5
_FACES_AMONG = 50
"""Looked for among so many of the latest replies: threads may have thousands."""

# What counts is asked of these 50 alone: as conditions inside, they make other plans look better.
_FACES = """
SELECT t.id, (SELECT (array_agg(DISTINCT x.author_id)
                        FILTER (WHERE x.deleted_at IS NULL AND x.author_id IS NOT NULL))[1:%s]
                FROM (SELECT author_id, deleted_at FROM messaging_message
                       WHERE thread_id = t.id ORDER BY seq DESC LIMIT %s) x)
  FROM unnest(%s::uuid[]) t(id)
"""

_parts: dict[str, Part] = {}


def adds_part(name: str) -> Callable[[Part], Part]:
    """Register a part of the message view; it is an empty list where a message has none."""

    def register(part: Part) -> Part:
        _parts[name] = part
        return part

    return register


def view_of_new(message: Message) -> dict[str, Any]:
    """The view of a message that was just made: nothing is read but the parts it came with."""
    view = {name: getattr(message, name) for name in FIELDS}
    view |= {name: [] for name in _parts} | {"reply_user_ids": []}
    if message.parts:
        add_parts([view], {message.id: message.parts})
    else:
        add_empty(view)
    return view


def views_of(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The views of stored messages, in their order."""
    return complete([{name: getattr(row, name) for name in _STORED} for row in messages])


def views_of_rows(rows: Iterable[Sequence]) -> list[dict[str, Any]]:
    """The views of rows that hold COLUMNS first, in their order."""
    return complete([dict(zip(_STORED, row, strict=False)) for row in rows])


def complete(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add what hangs on messages: a query for reactions, and one per other kind that is there."""
    ids = [view["id"] for view in views]
    masks = {view["id"]: 0 if view["deleted_at"] else view.pop("parts") for view in views}
    found = {name: part(ids) if ids else {} for name, part in _parts.items()}
    faces = _faces([view["id"] for view in views if view["reply_count"]])
    for view in views:
        view.pop("parts", None)
        for name in _parts:
            view[name] = found[name].get(view["id"], [])
        view["reply_user_ids"] = faces.get(view["id"]) or []
    add_parts(views, masks)
    return views


def _faces(thread_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """A few of the people who replied, per thread."""
    if not thread_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FACES, [_MOST_FACES, _FACES_AMONG, list(thread_ids)])
        return dict(cursor.fetchall())
