"""Read what people say of themselves."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from messaging.status.models import Status

NOTHING: dict[str, Any] = {"emoji": "", "text": "", "expires_at": None, "dnd_until": None}


def own_status(actor: Actor) -> dict[str, Any]:
    """What the actor says of themselves now."""
    return view_of(Status.objects.filter(user_id=actor.user_id).first(), timezone.now())


def statuses_of(user_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The status of each person who has one now; one query."""
    now = timezone.now()
    rows = Status.objects.filter(user_id__in=user_ids)
    found = {row.user_id: view_of(row, now) for row in rows}
    return {user_id: view for user_id, view in found.items() if view != NOTHING}


def view_of(row: Status | None, now: datetime) -> dict[str, Any]:
    """What of a status is true now."""
    view = dict(NOTHING)
    if row is None:
        return view
    if row.expires_at is None or row.expires_at > now:
        view |= {"emoji": row.emoji, "text": row.text, "expires_at": row.expires_at}
    if row.dnd_until is not None and row.dnd_until > now:
        view["dnd_until"] = row.dnd_until
    return view
