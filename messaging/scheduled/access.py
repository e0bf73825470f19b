"""Scheduled messages are their author's alone."""

from uuid import UUID

from core.actor import Actor
from core.errors import NotFound
from messaging.scheduled.models import Scheduled


def scheduled_for(actor: Actor, scheduled_id: UUID, *, lock: bool = False) -> Scheduled:
    """Fetch a scheduled message of one's own; NotFound for all others."""
    rows = Scheduled.objects.filter(user_id=actor.user_id, id=scheduled_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound("scheduled")
    return row
