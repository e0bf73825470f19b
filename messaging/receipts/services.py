"""Move the read cursor: one number per person and conversation is all that reading writes."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, Invalid
from events.journal import heads, publish
from messaging.conversations.access import Do, place_for
from messaging.conversations.models import Membership
from messaging.receipts.events import CursorMoved


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
    with transaction.atomic():
        rows = Membership.objects.filter(id=place.membership.id).exclude(read_seq=seq)
        if not backwards:
            rows = rows.filter(read_seq__lt=seq)
        if rows.update(read_seq=seq):
            publish(CursorMoved(actor.user_id, conversation_id, seq), by=actor)
            return seq
    return (
        Membership.objects.filter(id=place.membership.id).values_list("read_seq", flat=True).first()
        or 0
    )
