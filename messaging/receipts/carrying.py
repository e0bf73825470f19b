"""Whoever moves messages has read them: their cursor goes along if nothing else is unread."""

from messaging.conversations.models import Membership
from messaging.messages.carrying import Journey, carries
from messaging.messages.models import Message
from messaging.receipts.services import move_cursor


@carries
def carry_cursor(journey: Journey) -> None:
    """Last of all, since it is told in the mover's own stream."""
    if journey.is_return or not journey.messages:
        return
    first, last = (pick(one.seq for one in journey.messages) for pick in (min, max))
    membership = Membership.objects.filter(
        conversation_id=journey.to_id, user_id=journey.actor.user_id
    ).first()
    if membership is None:
        return
    unread = Message.objects.filter(
        conversation_id=journey.to_id, seq__gt=membership.read_seq, seq__lt=first
    )
    unread = unread.filter(deleted_at=None, kind="text").exclude(author_id=journey.actor.user_id)
    if not unread.exists():
        move_cursor(journey.actor, membership, last)
