"""Say something of oneself, for a while."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, Invalid
from core.text import clean_name
from events.journal import publish
from messaging.emoji.names import clean_emoji
from messaging.status.events import StatusChanged
from messaging.status.models import Status
from messaging.status.selectors import view_of

LONGEST = 100
FARTHEST = timedelta(days=366)


def set_status(
    actor: Actor,
    *,
    emoji: str = "",
    text: str = "",
    expires_at: datetime | None = None,
    dnd_until: datetime | None = None,
) -> dict[str, Any]:
    """Replace what the actor says of themselves; nothing at all takes it away.

    Returns what stands now. Errors  Forbidden for who is no person; Invalid names the field.
    """
    if actor.user_id is None:
        raise Forbidden("status", _("Only people have a status."))
    now = timezone.now()
    row = Status(
        user_id=actor.user_id,
        emoji=clean_emoji(emoji) if emoji else "",
        text=clean_name(text, field="text", longest=LONGEST) if text else "",
        expires_at=_later(expires_at, now, "expires_at"),
        dnd_until=_later(dnd_until, now, "dnd_until"),
        changed_at=now,
    )
    with transaction.atomic():
        before = Status.objects.select_for_update().filter(user_id=actor.user_id).first()
        if view_of(before, now) == view_of(row, now):
            return view_of(row, now)
        Status.objects.update_or_create(
            user_id=actor.user_id,
            defaults={
                name: getattr(row, name)
                for name in ("emoji", "text", "expires_at", "dnd_until", "changed_at")
            },
        )
        publish(StatusChanged(actor.user_id), by=actor)
    return view_of(row, now)


def _later(moment: datetime | None, now: datetime, field: str) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise Invalid.field(field, _("Give the time with its offset, such as 2026-05-01T12:00Z."))
    if not now < moment <= now + FARTHEST:
        raise Invalid.field(field, _("Choose a time within the coming year."))
    return moment
