"""Write now, send later: exactly once, as the author, if they may by then."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from core.actor import Actor, system_actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from core.text import clean_text
from events.journal import publish
from messaging.messages.access import root_for
from messaging.messages.models import Message
from messaging.messages.services import check_may_post, post_message
from messaging.scheduled.access import scheduled_for
from messaging.scheduled.events import ScheduledChanged, ScheduledFailed, ScheduledRemoved
from messaging.scheduled.models import Scheduled
from tenants.context import current_tenant

MOST_WAITING = 200
FURTHEST = timedelta(days=366)
MOST_AT_ONCE = 200


def schedule_message(
    actor: Actor,
    *,
    conversation_id: UUID,
    text: str,
    send_at: datetime,
    thread_id: UUID | None = None,
    also_in_conversation: bool = False,
) -> Scheduled:
    """Let a message wait for its time.

    Errors  NotFound and Forbidden as for posting now; Invalid names `text`, `send_at` or
            `thread_id`; Conflict where too many wait.
    """
    text = clean_text(text)
    _check_time(send_at)
    place = check_may_post(
        actor, conversation_id, thread_id=thread_id, also_in_conversation=also_in_conversation
    )
    if thread_id is not None:
        root_for(place, thread_id)
    if Scheduled.objects.filter(user_id=actor.user_id).count() >= MOST_WAITING:
        raise Conflict(
            "scheduled", _("200 messages are already scheduled; send or cancel some first.")
        )
    with transaction.atomic():
        row = Scheduled.objects.create(
            user_id=actor.user_id,
            conversation_id=conversation_id,
            thread_id=thread_id,
            also_in_conversation=also_in_conversation and thread_id is not None,
            text=text,
            send_at=send_at,
        )
        publish(ScheduledChanged(actor.user_id, row.id), by=actor)
    return row


def change_scheduled(
    actor: Actor, *, scheduled_id: UUID, text: str | None = None, send_at: datetime | None = None
) -> Scheduled:
    """Change what is to be sent, or when; what is None stays. One that failed waits again.

    Errors  NotFound for what is not one's own or was sent meanwhile; Invalid names the field.
    """
    text = None if text is None else clean_text(text)
    if send_at is not None:
        _check_time(send_at)
    with transaction.atomic():
        row = scheduled_for(actor, scheduled_id, lock=True)
        row.text = row.text if text is None else text
        row.send_at = row.send_at if send_at is None else send_at
        row.failure = row.failure if send_at is None else None
        row.save(update_fields=["text", "send_at", "failure"])
        publish(ScheduledChanged(actor.user_id, row.id), by=actor)
    return row


def cancel_scheduled(actor: Actor, *, scheduled_id: UUID) -> None:
    """Call a message off. NotFound where it was sent or called off meanwhile."""
    with transaction.atomic():
        row = scheduled_for(actor, scheduled_id, lock=True)
        row.delete()
        publish(ScheduledRemoved(actor.user_id, scheduled_id), by=actor)


def send_scheduled(actor: Actor, *, scheduled_id: UUID) -> Message:
    """Send a waiting message now.

    Errors  NotFound where it was sent meanwhile; whatever posting refuses, and then it waits on.
    """
    with transaction.atomic():
        return _send(actor, scheduled_for(actor, scheduled_id, lock=True))


def send_due(now: datetime | None = None) -> int:
    """Send every message whose time has come; returns how many were sent.

    Message and waiting row change in one transaction: a worker that dies in between has sent
    nothing, and another one that looks at the same time passes over what is being sent.
    """
    moment = now or timezone.now()
    sent = 0
    for _turn in range(MOST_AT_ONCE):
        outcome = _send_next(moment)
        if outcome is None:
            break
        sent += outcome
    return sent


@transaction.atomic
def _send_next(moment: datetime) -> bool | None:
    """Send one; False where it could not be sent, None where nothing is due."""
    rows = Scheduled.objects.select_for_update(skip_locked=True)
    row = rows.filter(send_at__lte=moment, failure=None).order_by("send_at", "id").first()
    if row is None:
        return None
    author = User.objects.filter(id=row.user_id, is_active=True).first()
    try:
        if author is None:
            raise Forbidden("author")
        with transaction.atomic():
            _send(actor_for(author), row)
    except Refusal as refusal:
        _fail(row, refusal)
        return False
    return True


def _send(actor: Actor, row: Scheduled) -> Message:
    message = post_message(
        actor,
        conversation_id=row.conversation_id,
        text=row.text,
        key=row.id,
        thread_id=row.thread_id,
        also_in_conversation=row.also_in_conversation,
        # Nobody is there to be asked; whoever chose the words chose the time.
        confirms_mentions=True,
    ).message
    scheduled_id = row.id
    Scheduled.objects.filter(id=scheduled_id).delete()
    publish(ScheduledRemoved(row.user_id, scheduled_id), by=actor)
    return message


def _fail(row: Scheduled, refusal: Refusal) -> None:
    """Leave the message with its author, who is told why it was not sent."""
    # What may not be known any more and what may not be done any more are one thing to its author.
    lost = isinstance(refusal, (NotFound, Forbidden))
    Scheduled.objects.filter(id=row.id).update(failure="lost_right" if lost else refusal.code[:40])
    publish(ScheduledFailed(row.user_id, row.id), by=system_actor(current_tenant()))


def _check_time(at: datetime) -> None:
    now = timezone.now()
    if timezone.is_naive(at):
        raise Invalid.field("send_at", _("Give the time with its offset, such as …Z."))
    if not now < at <= now + FURTHEST:
        raise Invalid.field("send_at", _("Choose a time in the future, within a year."))
