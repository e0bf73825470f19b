"""Keep messages for later, and remind of them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, system_actor
from core.errors import Conflict, Invalid
from events.journal import publish
from messaging.messages.access import Do, message_for
from messaging.saved.events import LaterChanged, LaterRemoved, ReminderDue
from messaging.saved.models import Saved
from tenants.context import current_tenant

MOST_SAVED = 5_000
FURTHEST = timedelta(days=366 * 5)
MOST_AT_ONCE = 1_000


def save_message(
    actor: Actor, *, message_id: UUID, remind_at: datetime | None = None, done: bool = False
) -> Saved:
    """Put a message into one's list for later, or change how it stands there.

    The values given are how it stands afterwards: without `remind_at` there is no reminder.
    Errors  NotFound by access; Invalid names `remind_at`; Conflict where the list is full.
    """
    message_for(actor, message_id, Do.READ)
    now = timezone.now()
    if remind_at is not None:
        _check_time(remind_at, now)
    with transaction.atomic():
        row = _row(actor, message_id)
        if row.remind_at != remind_at:
            row.remind_at, row.reminded_at = remind_at, None
        row.done_at = (row.done_at or now) if done else None
        row.save()
        publish(LaterChanged(actor.user_id, message_id), by=actor)
    return row


def _row(actor: Actor, message_id: UUID) -> Saved:
    """The entry, locked; made where there is none."""
    rows = Saved.objects.filter(user_id=actor.user_id)
    if not rows.filter(message_id=message_id).exists() and rows.count() >= MOST_SAVED:
        raise Conflict("saved", _("Your list is full; remove something from it first."))
    Saved.objects.get_or_create(user_id=actor.user_id, message_id=message_id)
    return rows.select_for_update().get(message_id=message_id)


def remove_saved(actor: Actor, *, message_id: UUID) -> None:
    """Take a message off one's list, whether it may still be read or not; twice is once.

    Errors  NotFound for a message that is neither on the list nor to be read.
    """
    with transaction.atomic():
        gone, _rows = Saved.objects.filter(user_id=actor.user_id, message_id=message_id).delete()
        if gone:
            publish(LaterRemoved(actor.user_id, message_id), by=actor)
            return
    message_for(actor, message_id, Do.READ)


def remind(now: datetime | None = None) -> int:
    """Remind everybody whose time has come; returns of how many messages.

    Each reminder commits by itself together with the word that it was given: a worker that dies
    in between gives the rest again, and none twice.
    """
    moment = now or timezone.now()
    given = 0
    while given < MOST_AT_ONCE and _remind_next(moment):
        given += 1
    return given


@transaction.atomic
def _remind_next(moment: datetime) -> bool:
    rows = Saved.objects.select_for_update(skip_locked=True)
    row = rows.filter(remind_at__lte=moment, reminded_at=None).order_by("remind_at").first()
    if row is None:
        return False
    row.reminded_at = moment
    row.save(update_fields=["reminded_at"])
    # What was ticked off meanwhile needs no word any more.
    if row.done_at is None:
        publish(ReminderDue(row.user_id, row.message_id), by=system_actor(current_tenant()))
    return True


def _check_time(at: datetime, now: datetime) -> None:
    if timezone.is_naive(at):
        raise Invalid.field("remind_at", _("Give the time with its offset, such as …Z."))
    if not now < at <= now + FURTHEST:
        raise Invalid.field("remind_at", _("Choose a time in the future, within five years."))
