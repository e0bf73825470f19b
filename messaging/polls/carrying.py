"""Polls go along with their question; what was answered stays."""

from messaging.messages.carrying import Journey, carries
from messaging.polls.models import Poll


@carries
def carry_polls(journey: Journey) -> None:
    """From now on those vote who may see the poll where it stands."""
    rows = Poll.objects.filter(message_id__in=journey.message_ids)
    rows.update(conversation_id=journey.to_id)
