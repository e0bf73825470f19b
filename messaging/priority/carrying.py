"""Levels and acknowledgements go along; who cannot see the message there is not waited for."""

from uuid import UUID

from django.utils import timezone

from messaging.conversations.models import Membership
from messaging.messages.carrying import Journey, as_ids, carries
from messaging.priority.models import Acknowledgement, Priority
from messaging.priority.services import count_again, next_look, rest_when_complete

_ASIDE = "priority"


@carries
def carry_priorities(journey: Journey) -> None:
    """Those who are not where the message stands now are no longer waited for; a way back asks
    them again, while they are there."""
    levels = Priority.objects.filter(message_id__in=journey.message_ids)
    if not levels.exists():
        return
    levels.update(conversation_id=journey.to_id)
    asked = Acknowledgement.objects.filter(message_id__in=journey.message_ids)
    asked.update(conversation_id=journey.to_id)
    if journey.is_return:
        _ask_again(journey)
    there = Membership.objects.filter(conversation_id=journey.to_id).values("user_id")
    gone = asked.filter(acknowledged_at=None).exclude(user_id__in=there)
    aside: dict[str, list[str]] = {}
    for row in gone.order_by("message_id", "user_id"):
        aside.setdefault(str(row.message_id), []).append(str(row.user_id))
    journey.aside[_ASIDE] = aside
    gone.delete()
    count_again(journey.message_ids)
    for row in levels:
        rest_when_complete(row.message_id)


def _ask_again(journey: Journey) -> None:
    for message_id, user_ids in journey.aside.get(_ASIDE, {}).items():
        rows = [
            Acknowledgement(
                message_id=UUID(message_id), conversation_id=journey.to_id, user_id=user_id
            )
            for user_id in as_ids(user_ids)
        ]
        Acknowledgement.objects.bulk_create(rows, ignore_conflicts=True)
        row = Priority.objects.get(message_id=message_id)
        if row.next_at is None and row.expired_at is None:
            row.next_at = next_look(row, timezone.now())
            row.save(update_fields=["next_at"])
