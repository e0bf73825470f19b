"""Read levels and acknowledgements; they are a part of the message view."""

from collections.abc import Sequence
from uuid import UUID

from core.actor import Actor
from core.paging import Page, decode_cursor, encode_cursor
from messaging.messages.access import Do, message_for
from messaging.messages.models import Message
from messaging.messages.parts import Part, part
from messaging.priority.models import Acknowledgement
from tenants.statements import hot_rows

MOST_FACES = 50
"""People listed by name in the message view; the counts count them all."""

MOST_NAMED = 100
"""Where more were asked, the message view names nobody: it is read by all of them."""

_PRIORITIES = """
SELECT p.message_id, p.level, p.asks, p.remind_after_min, p.expires_at, p.expired_at IS NOT NULL,
       p.escalated_at, coalesce(p.asked_count, a.asked, 0), coalesce(p.given_count, a.given, 0),
       a.given_by, a.waiting
  FROM messaging_priority p
  LEFT JOIN LATERAL (
      SELECT count(*) AS asked, count(acknowledged_at) AS given,
             (array_agg(user_id ORDER BY acknowledged_at, user_id)
                FILTER (WHERE acknowledged_at IS NOT NULL))[1:%s] AS given_by,
             (array_agg(user_id ORDER BY user_id)
                FILTER (WHERE acknowledged_at IS NULL))[1:%s] AS waiting
        FROM messaging_acknowledgement x
       WHERE p.asks AND coalesce(p.asked_count, 0) <= %s AND x.message_id = p.message_id) a ON true
 WHERE p.message_id = ANY(%s)
"""


@part(Part.PRIORITY, "priority")
def priorities_of(message_ids: Sequence[UUID]) -> dict[UUID, dict]:
    """The level of each message and how its acknowledgements stand; one query."""
    rows = hot_rows(_PRIORITIES, [MOST_FACES, MOST_FACES, MOST_NAMED, list(message_ids)])
    return {
        message_id: {
            "level": level,
            "asks": asks,
            "remind_after_minutes": remind_after_min,
            "expires_at": expires_at,
            "is_expired": is_expired,
            "escalated_at": escalated_at,
            "recipient_count": asked,
            "acknowledged_count": given,
            "acknowledged_ids": given_by or [],
            "waiting_ids": waiting or [],
        }
        for (
            message_id,
            level,
            asks,
            remind_after_min,
            expires_at,
            is_expired,
            escalated_at,
            asked,
            given,
            given_by,
            waiting,
        ) in rows
    }


def acknowledgements(
    actor: Actor, message_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> tuple[Page[Acknowledgement], Acknowledgement | None]:
    """Who was asked and who has acknowledged, in the order of their ids; and the actor's own row.

    Errors  NotFound by access to the message.
    """
    message_for(actor, message_id, Do.READ)
    rows = Acknowledgement.objects.filter(message_id=message_id)
    mine = rows.filter(user_id=actor.user_id).first()
    if cursor:
        (after,) = decode_cursor(cursor, UUID)
        rows = rows.filter(user_id__gt=after)
    found = list(rows.order_by("user_id")[: limit + 1])
    following = encode_cursor(found[limit - 1].user_id) if len(found) > limit else None
    return Page(found[:limit], following), mine


def waiting_for(actor: Actor, *, limit: int = 50) -> list[UUID]:
    """The messages that wait for the actor's acknowledgement, newest first."""
    open_ones = Acknowledgement.objects.filter(user_id=actor.user_id, acknowledged_at=None)
    ids = open_ones.order_by("-message_id").values_list("message_id", flat=True)
    live = Message.objects.filter(id__in=ids[: 4 * limit], deleted_at=None)
    return sorted(live.values_list("id", flat=True), key=str, reverse=True)[:limit]
