"""Read a person's scheduled messages."""

from typing import Any

from core.actor import Actor
from messaging.scheduled.models import Scheduled

_FIELDS = (
    "id",
    "conversation_id",
    "thread_id",
    "also_in_conversation",
    "text",
    "send_at",
    "failure",
    "created_at",
)


def view(row: Scheduled) -> dict[str, Any]:
    """How a scheduled message looks to its author."""
    return {name: getattr(row, name) for name in _FIELDS}


def scheduled(actor: Actor) -> list[dict[str, Any]]:
    """All that the actor has waiting, the next to be sent first."""
    rows = Scheduled.objects.filter(user_id=actor.user_id).order_by("send_at", "id")
    return [view(row) for row in rows]
