"""Read the threads that a person follows. What is unread is counted from cursors."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Invalid
from core.paging import Page, decode_cursor, encode_cursor
from messaging.messages.models import Message
from messaging.messages.view import views_of
from messaging.threads.access import thread_for

UNREAD_CAP = 100
"""Unread replies are counted up to here; clients show 99+."""

MOST_FOLLOWED = 1_000
"""The latest threads that a client keeps an eye on."""

_FIELDS = ("root_id", "conversation_id", "is_following", "read_seq", "last_seq", "unread")

# Only what one may still read: members alone follow, the archive asks for nobody, and what lies
# before the history one may see stays out of sight.
_STATES = """
SELECT f.root_id, r.conversation_id, f.is_following, f.read_seq,
       coalesce((SELECT max(x.seq) FROM messaging_message x WHERE x.thread_id = f.root_id), r.seq)
           AS last_seq,
       (SELECT count(*) FROM (
           SELECT 1 FROM messaging_message x
            WHERE x.thread_id = f.root_id AND x.seq > f.read_seq
              AND x.deleted_at IS NULL AND x.author_id IS DISTINCT FROM f.user_id
            LIMIT %(cap)s) capped) AS unread,
       coalesce(r.last_reply_at, r.created_at) AS latest_at
  FROM messaging_follow f
  JOIN messaging_message r ON r.id = f.root_id
  JOIN messaging_conversation c ON c.id = r.conversation_id AND c.archived_at IS NULL
  JOIN messaging_membership m ON m.conversation_id = c.id AND m.user_id = f.user_id
                             AND m.history_from_seq <= r.seq
 WHERE f.user_id = %(user_id)s AND f.is_following
"""


def threads(
    actor: Actor, *, state: str = "followed", cursor: str | None = None, limit: int = 50
) -> Page[dict[str, Any]]:
    """The threads that the actor follows, those with the latest reply first; or the unread ones.

    Shape   the state of the thread for the actor, and its `root` as a message view.
    """
    sql = f"SELECT * FROM ({_STATES}) s WHERE TRUE"
    params: dict[str, Any] = {"cap": UNREAD_CAP, "user_id": actor.user_id, "limit": limit + 1}
    if state == "unread":
        sql += " AND unread > 0"
    if cursor:
        latest_at, root_id = _place_in_list(cursor)
        sql += " AND (latest_at, root_id) < (%(latest_at)s, %(root_id)s)"
        params |= {"latest_at": latest_at, "root_id": root_id}
    rows = _rows(sql + " ORDER BY latest_at DESC, root_id DESC LIMIT %(limit)s", params)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = encode_cursor(page[-1]["latest_at"].isoformat(), page[-1]["root_id"])
    return Page(_with_roots(page), following)


def followed(actor: Actor) -> list[dict[str, Any]]:
    """The states of the latest threads that the actor follows, without the messages; one query."""
    sql = f"{_STATES} ORDER BY latest_at DESC LIMIT %(limit)s"
    params = {"cap": UNREAD_CAP, "user_id": actor.user_id, "limit": MOST_FOLLOWED}
    return [{name: row[name] for name in _FIELDS} for row in _rows(sql, params)]


def thread(actor: Actor, message_id: UUID) -> dict[str, Any]:
    """One thread as the actor meets it, followed or not; NotFound by access."""
    root = thread_for(actor, message_id).message
    params = {"cap": UNREAD_CAP, "user_id": actor.user_id, "root_id": root.id}
    rows = _rows(f"{_STATES} AND f.root_id = %(root_id)s", params)
    if rows:
        return _with_roots(rows)[0]
    return {
        "root_id": root.id,
        "conversation_id": root.conversation_id,
        "is_following": False,
        "read_seq": 0,
        "last_seq": root.seq,
        "unread": 0,
        "root": views_of([root])[0],
    }


def _with_roots(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["root_id"] for row in rows]
    roots = Message.objects.defer("words").filter(id__in=ids) if ids else []
    views = {view["id"]: view for view in views_of(roots)}
    return [
        {name: row[name] for name in _FIELDS} | {"root": views[row["root_id"]]}
        for row in rows
        if row["root_id"] in views
    ]


def _rows(sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _place_in_list(cursor: str) -> tuple[datetime, UUID]:
    text, root_id = decode_cursor(cursor, str, UUID)
    try:
        return datetime.fromisoformat(text), root_id
    except ValueError:
        raise Invalid.field(
            "cursor", _("Use the cursor exactly as the page before gave it.")
        ) from None
