"""Read messages: pages of history, threads, single messages and their versions."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Forbidden, Invalid
from core.paging import Page, decode_cursor, encode_cursor
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import allowed as conversation_rights
from messaging.conversations.access import place_for
from messaging.messages.access import Do, message_for
from messaging.messages.models import Message, MessagePolicy, Revision, Viewers
from messaging.messages.parts import Part
from messaging.messages.view import COLUMNS, views_of, views_of_rows
from tenants.statements import hot_rows

_STANDING = (
    "SELECT id, conversation_id, seq, deleted_at IS NOT NULL FROM messaging_message"
    " WHERE id = ANY(%s)"
)

_IN_HISTORY = "(m.thread_id IS NULL OR m.also_in_conversation)"

# The halving happens in the database: twenty round trips cost 14 ms of CPU. What was moved here is
# of another time than its neighbours: the times rise without it.
_SHOWN = (
    f"FROM messaging_message m WHERE m.conversation_id = %(conversation_id)s AND {_IN_HISTORY}"
    f" AND m.parts & {int(Part.MOVED)} = 0"
)
_PLACE_AT = f"""
WITH RECURSIVE newest AS (
    SELECT m.seq {_SHOWN} AND m.seq > %(low)s ORDER BY m.seq DESC LIMIT 1
), halves (low, high) AS (
    SELECT %(low)s::bigint, seq FROM newest
    UNION ALL
    SELECT CASE WHEN first.created_at < %(at)s THEN first.seq ELSE low END,
           CASE WHEN first.created_at < %(at)s THEN high ELSE (low + high) / 2 END
      FROM halves, LATERAL (
          SELECT m.seq, m.created_at {_SHOWN} AND m.seq > (low + high) / 2 ORDER BY m.seq LIMIT 1
      ) first
     WHERE low < high
)
SELECT coalesce((SELECT m.seq {_SHOWN} AND m.seq > (SELECT max(low) FROM halves)
                  ORDER BY m.seq LIMIT 1), newest.seq)
  FROM newest
"""


def history(
    actor: Actor,
    *,
    conversation_id: UUID,
    thread_id: UUID | None = None,
    before_seq: int | None = None,
    after_seq: int | None = None,
    around_seq: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict[str, Any]]:
    """A page of a conversation's messages, or of one thread's replies.

    Shape   newest first; with `after_seq` the oldest after it first. Deleted messages keep their
            place with `text: null`. `next` goes on in the same direction. What was said before the
            actor may read anything is not there.
    Errors  NotFound by access; Invalid where more than one position is given.
    """
    begins_at = place_for(actor, conversation_id, InConversation.READ).begins_at
    if sum(seq is not None for seq in (before_seq, after_seq, around_seq)) > 1:
        raise Invalid.field(
            "before_seq", _("Give only one of before_seq, after_seq and around_seq.")
        )
    if around_seq is not None and not cursor:
        return _around(conversation_id, thread_id, around_seq, limit, begins_at)
    operator, seq = "<", before_seq
    if after_seq is not None:
        operator, seq = ">", after_seq
    if cursor:
        operator, seq = decode_cursor(cursor, str, int)
        if operator not in ("<", ">"):
            raise Invalid.field("cursor", _("Use the cursor exactly as the page before gave it."))
    rows = _page(conversation_id, thread_id, operator, seq, limit + 1, begins_at)
    page = rows[:limit]
    following = encode_cursor(operator, page[-1][2]) if len(rows) > limit else None
    return Page(views_of_rows(page), following)


def _around(
    conversation_id: UUID, thread_id: UUID | None, seq: int, limit: int, begins_at: int
) -> Page[dict[str, Any]]:
    """A page with a place in its middle; it goes on towards the older."""
    half = (limit + 1) // 2
    older = _page(conversation_id, thread_id, "<=", seq, half + 1, begins_at)
    newer = _page(conversation_id, thread_id, ">", seq, limit // 2, begins_at)
    rows = newer[::-1] + older[:half]
    following = encode_cursor("<", older[half - 1][2]) if len(older) > half else None
    return Page(views_of_rows(rows), following)


def place_at(actor: Actor, *, conversation_id: UUID, at: datetime) -> int | None:
    """Where a conversation's history stood at a time: the `seq` of the first message from then on.

    The newest message's where nothing was said since; None where there is none to read. Found by
    halving, since `seq` rises with the time.
    """
    begins_at = place_for(actor, conversation_id, InConversation.READ).begins_at
    params = {"conversation_id": conversation_id, "low": max(begins_at - 1, 0), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_PLACE_AT, params)
        row = cursor.fetchone()
    return None if row is None else row[0]


def message(actor: Actor, message_id: UUID) -> dict[str, Any]:
    """One message."""
    return views_of([message_for(actor, message_id, Do.READ).message])[0]


def revisions(actor: Actor, message_id: UUID) -> list[Revision]:
    """The versions a message had, oldest first. A deleted message shows none.

    Errors  NotFound by access; Forbidden where the organisation's policy keeps them to others.
    """
    found = message_for(actor, message_id, Do.READ)
    shown_to = current(MessagePolicy).versions_shown_to
    manages = InConversation.REMOVE in conversation_rights(actor, found.place)
    if shown_to == Viewers.NOBODY or (shown_to == Viewers.MANAGERS and not manages):
        raise Forbidden("versions", _("Your organisation does not show you earlier versions."))
    if found.message.deleted_at is not None:
        return []
    return list(Revision.objects.filter(message_id=message_id).order_by("number")[:200])


def messages_by_id(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The views of messages that the caller has trimmed by access already."""
    return {
        view["id"]: view for view in views_of(Message.objects.defer("words").filter(id__in=ids))
    }


class Standing(NamedTuple):
    """Where a message stands now."""

    conversation_id: UUID
    seq: int
    is_deleted: bool


def standing_of(ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Where each of these messages stands now, without what they say; one query."""
    return {row[0]: Standing(*row[1:]) for row in hot_rows(_STANDING, [list(ids)])}


def _page(
    conversation_id: UUID,
    thread_id: UUID | None,
    operator: str,
    seq: int | None,
    limit: int,
    begins_at: int,
) -> list[tuple]:
    if thread_id is None:
        where, params = ["m.conversation_id = %s", _IN_HISTORY], [conversation_id]
    else:
        where, params = ["m.thread_id = %s"], [thread_id]
    if seq is not None:
        where.append(f"m.seq {operator} %s")
        params.append(max(-1, min(seq, 2**62)))
    if begins_at:
        where.append("m.seq >= %s")
        params.append(begins_at)
    direction = "ASC" if operator == ">" else "DESC"
    sql = (
        f"SELECT {COLUMNS} FROM messaging_message m WHERE {' AND '.join(where)}"
        f" ORDER BY m.seq {direction} LIMIT {int(limit)}"
    )
    if thread_id is not None:
        # A thread stands in one conversation: whether it is this one is asked of the page alone.
        # As a condition inside it has all replies sorted, where little is known of the table.
        sql = f"SELECT * FROM ({sql}) m WHERE m.conversation_id = %s ORDER BY m.seq {direction}"
        params.append(conversation_id)
    return hot_rows(sql, params)
