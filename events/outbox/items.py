"""Reads and settles the outbox; the SQL of the relay in one place."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from events.outbox.models import OutboxItem

FORGOTTEN_AFTER_S = 2
"""An item this old whose wake-up never came was left by a crash or an absent Redis."""

UNFINISHED_AFTER_S: int = settings.CHANCERY_REQUEUE_AFTER_S
"""Handlers that were queued this long ago and have not finished are queued again."""

MOST_AT_ONCE = 500


class Owed(NamedTuple):
    """One entry that is not done with."""

    tenant: str
    entry_id: UUID
    needs_handlers: bool
    was_queued: bool


def forget(entry_ids: Sequence[UUID]) -> None:
    """Nothing more is owed for these entries."""
    OutboxItem.objects.filter(entry_id__in=entry_ids).delete()


def forget_tenant(slug: str) -> None:
    """Nothing is owed to a tenant that is being erased."""
    OutboxItem.objects.filter(tenant=slug).delete()


def note_queued(entry_ids: Sequence[UUID]) -> None:
    """The handlers of these entries were handed to the workers."""
    OutboxItem.objects.filter(entry_id__in=entry_ids).update(
        queued_at=timezone.now(), attempts=F("attempts") + 1
    )


def note_not_queued(entry_ids: Sequence[UUID]) -> None:
    """It came to nothing: the broker did not take them. The next sweep finds them."""
    OutboxItem.objects.filter(entry_id__in=entry_ids).update(
        queued_at=None, attempts=F("attempts") - 1
    )


def put_off(entry_id: UUID, *, seconds: int) -> None:
    """Try the handlers of an entry again after so long."""
    when = timezone.now() + timedelta(seconds=seconds - UNFINISHED_AFTER_S)
    OutboxItem.objects.filter(entry_id=entry_id).update(queued_at=when)


def attempts_of(entry_id: UUID) -> int:
    """How often an entry's handlers were queued."""
    row = OutboxItem.objects.filter(entry_id=entry_id).values_list("attempts", flat=True).first()
    return row or 0


def overdue(now: datetime | None = None) -> list[Owed]:
    """What the sweep must see to, oldest first, over all tenants."""
    now = now or timezone.now()
    forgotten = Q(queued_at=None, created_at__lt=now - timedelta(seconds=FORGOTTEN_AFTER_S))
    unfinished = Q(queued_at__lt=now - timedelta(seconds=UNFINISHED_AFTER_S))
    rows = OutboxItem.objects.filter(forgotten | unfinished).order_by("created_at")
    return [
        Owed(row.tenant, row.entry_id, row.needs_handlers, row.queued_at is not None)
        for row in rows[:MOST_AT_ONCE]
    ]


def lag_s() -> float:
    """Age of the oldest item in seconds; 0 where nothing is owed."""
    oldest = OutboxItem.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return 0.0 if oldest is None else (timezone.now() - oldest).total_seconds()
