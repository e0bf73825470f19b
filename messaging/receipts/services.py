"""Move the read cursor: one number per person and conversation is all that reading writes."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, Invalid
from events.journal import heads, publish
from messaging.conversations.access import Do, place_for
from messaging.conversations.models import Membership
from messaging.receipts.events import CursorMoved
from messaging.receipts.selectors import shows_receipts


def mark_read(actor: Actor, *, conversation_id: UUID, seq: int, backwards: bool = False) -> int:
    """Say that everything up to `seq` was read; returns where the cursor stands now.

    The cursor only goes forward, unless `backwards` says that the person marks as unread. A `seq`
    beyond the head is taken as the head.
    Errors  NotFound by access; Forbidden for people who are not members.
    """
    if seq < 0:
        raise Invalid.field("seq", _("Give the number of an event: 0 or more."))
    place = place_for(actor, conversation_id, Do.READ)
    if place.membership is None:
        raise Forbidden("conversation", _("Join the conversation first."))
    seq = min(seq, heads([conversation_id])[conversation_id])
    # What they may not see is never unread.
    seq = max(seq, place.membership.history_from_seq - 1)
    if move_cursor(actor, place.membership, seq, backwards=backwards):
        return seq
    return (
        Membership.objects.filter(id=place.membership.id).values_list("read_seq", flat=True).first()
        or 0
    )


def move_cursor(actor: Actor, membership: Membership, seq: int, *, backwards: bool = False) -> bool:
    """Put the actor's own cursor to `seq` and tell their devices; says whether it moved."""
    with transaction.atomic():
        rows = Membership.objects.filter(id=membership.id).exclude(read_seq=seq)
        if not backwards:
            rows = rows.filter(read_seq__lt=seq)
        moved = rows.update(read_seq=seq)
        if moved:
            publish(CursorMoved(actor.user_id, membership.conversation_id, seq), by=actor)
    return bool(moved)


def note_delivered(reached: Mapping[UUID, Mapping[UUID, int]]) -> bool:
    """Note up to where conversations have reached people's devices; cursors only go forward.

    For the gateways, which gather what clients say and call this once in a while: one statement,
    whatever it holds. Returns whether the organisation lets others see it; where not, nothing is
    stored.
    """
    if not shows_receipts():
        return False
    rows = [
        (conversation_id, user_id, seq)
        for conversation_id, people in sorted(reached.items(), key=str)
        for user_id, seq in sorted(people.items(), key=str)
    ]
    if not rows:
        return True
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        # Locked in one order, so that two gateways that note the same people cannot deadlock.
        cursor.execute(
            "WITH told AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])"
            " AS t (conversation_id, user_id, seq)),"
            " held AS (SELECT m.id, least(t.seq, s.last_seq) AS seq"
            " FROM messaging_membership m JOIN told t USING (conversation_id, user_id)"
            " JOIN events_stream s ON s.id = m.conversation_id"
            " WHERE m.delivered_seq < least(t.seq, s.last_seq)"
            " ORDER BY m.id FOR UPDATE OF m SKIP LOCKED)"
            " UPDATE messaging_membership m SET delivered_seq = held.seq FROM held"
            " WHERE m.id = held.id AND m.delivered_seq < held.seq",
            columns,
        )
    return True
