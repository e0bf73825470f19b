"""Mark messages as important or urgent, and see to it that they are acknowledged."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.actor import Actor, system_actor
from core.errors import Conflict, Forbidden, Invalid
from core.permissions import Permission
from events.journal import hold, publish
from messaging.conversations.models import MemberRole, Membership
from messaging.messages.access import Do, message_for, message_held
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message
from messaging.messages.parts import Part, brings
from messaging.priority.events import (
    AcknowledgementDropped,
    AcknowledgementGiven,
    AcknowledgementMissing,
    AcknowledgementNoted,
    AcknowledgementRequested,
    PriorityEscalated,
    PriorityExpired,
    PriorityReminded,
)
from messaging.priority.models import Acknowledgement, Level, Priority
from tenants.context import current_tenant

CONFIRM_ABOVE = 25
"""Asking more people than this must be confirmed, and takes a permission."""

MOST_ASKED = 10_000
MOST_TOLD = 10
MOST_TOLD_EACH = 100
"""Where more are asked, not each answer is told to all: ten thousand would be a hundred million."""

MOST_REMINDED_EACH = 500
"""More than these are reminded by what their channel is told, not one by one."""

MOST_AT_ONCE = 200


@brings(Part.PRIORITY, "priority")
def mark(actor: Actor, message: Message, wanted: Mapping[str, Any]) -> None:
    """Store how much a new message matters, and whom it asks to acknowledge it.

    Whoever the text names is asked; where it names nobody, every member but the author.
    Errors  Forbidden for urgent messages, and requests to many, without the permission to call on
            everybody; Conflict `confirm_recipients` until a request to many is confirmed; Invalid.
    """
    if wanted["level"] == Level.URGENT and not actor.may(Permission.MENTION_EVERYBODY):
        raise Forbidden("message", _("You may not mark messages as urgent here."))
    asks = wanted.get("acknowledge", False)
    row = Priority(
        message_id=message.id,
        conversation_id=message.conversation_id,
        author_id=message.author_id,
        level=wanted["level"],
        asks=asks,
    )
    if asks:
        now = timezone.now()
        row.remind_after_min = wanted.get("remind_after_minutes")
        row.escalate_to = _to_tell(message.conversation_id, wanted.get("escalate_to") or [])
        minutes = wanted.get("expires_after_minutes")
        row.expires_at = None if minutes is None else now + timedelta(minutes=minutes)
        row.next_at = next_look(row, now)
        row.asked_count = _ask(actor, message, is_confirmed=wanted.get("confirmed", False))
        row.given_count = 0
    row.save(force_insert=True)


def acknowledge(actor: Actor, *, message_id: UUID) -> None:
    """Say that one has taken notice; saying it twice is saying it once.

    Errors  NotFound by access; Forbidden where one was not asked; Conflict `expired` or `deleted`.
    """
    found = message_for(actor, message_id, Do.READ)
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.READ)
        row = Acknowledgement.objects.filter(message_id=message_id, user_id=actor.user_id).first()
        if row is None:
            raise Forbidden("message", _("This message does not ask for your acknowledgement."))
        if row.acknowledged_at is not None:
            return
        if Message.objects.filter(id=message_id).exclude(deleted_at=None).exists():
            raise Conflict("message", _("This message was deleted."), code="deleted")
        if Priority.objects.filter(message_id=message_id).exclude(expired_at=None).exists():
            raise Conflict("message", _("The time to acknowledge has passed."), code="expired")
        row.acknowledged_at = timezone.now()
        row.save(update_fields=["acknowledged_at"])
        Priority.objects.filter(message_id=message_id).update(given_count=F("given_count") + 1)
        rest_when_complete(message_id)
        _tell_given(actor, row)


def drop_waiting(conversation_id: UUID, user_id: UUID) -> None:
    """A person who left is no longer waited for."""
    with transaction.atomic():
        hold(conversation_id)
        rows = Acknowledgement.objects.filter(
            conversation_id=conversation_id, user_id=user_id, acknowledged_at=None
        )
        if Membership.objects.filter(conversation_id=conversation_id, user_id=user_id).exists():
            return  # back again meanwhile
        message_ids = sorted(rows.values_list("message_id", flat=True), key=str)
        rows.delete()
        Priority.objects.filter(message_id__in=message_ids).update(asked_count=F("asked_count") - 1)
        for message_id in message_ids:
            rest_when_complete(message_id)
            fact = AcknowledgementDropped(conversation_id, message_id, user_id)
            publish(fact, by=system_actor(current_tenant()))


def act_on_time(now: datetime | None = None) -> int:
    """Remind, escalate and end whatever is due; returns for how many messages."""
    now = now or timezone.now()
    due = Priority.objects.filter(next_at__lte=now).order_by("next_at")
    ids = list(due.values_list("message_id", "conversation_id")[:MOST_AT_ONCE])
    for message_id, conversation_id in ids:
        with transaction.atomic():
            hold(conversation_id)
            # Where it was moved meanwhile, it is found there the next time.
            still = Priority.objects.filter(message_id=message_id, conversation_id=conversation_id)
            row = still.filter(next_at__lte=now).first()
            if row is not None:
                _act(row, now)
    return len(ids)


def _act(row: Priority, now: datetime) -> None:
    """Do the next thing that is due for one message; its stream is held."""
    message = Message.objects.defer("words").filter(id=row.message_id, deleted_at=None).first()
    waiting = _waiting(row.message_id)
    if message is None or not waiting:
        row.next_at = None
    elif row.expires_at is not None and row.expires_at <= now:
        row.expired_at, row.next_at = now, None
        row.save(update_fields=["expired_at", "next_at"])
        _publish(PriorityExpired(row.conversation_id, row.message_id, len(waiting)))
        return
    elif row.reminded_at is None:
        _remind(row, message, waiting, now)
    else:
        _escalate(row, message, len(waiting), now)
    row.save(update_fields=["next_at", "reminded_at", "escalated_at"])


def _remind(row: Priority, message: Message, waiting: list[UUID], now: datetime) -> None:
    row.reminded_at = now
    row.next_at = next_look(row, now)
    _publish(PriorityReminded(row.conversation_id, row.message_id, len(waiting)))
    # The stream is held: thousands of events would keep everybody from writing for seconds.
    for user_id in waiting if len(waiting) <= MOST_REMINDED_EACH else ():
        _publish(
            AcknowledgementRequested(
                user_id, row.conversation_id, message.id, message.author_id, message.seq
            )
        )


def _escalate(row: Priority, message: Message, waiting_count: int, now: datetime) -> None:
    """Tell those who were named, or else the channel's owners, while they are members."""
    row.escalated_at = now
    row.next_at = next_look(row, now)
    members = Membership.objects.filter(conversation_id=row.conversation_id)
    if row.escalate_to:
        members = members.filter(user_id__in=row.escalate_to)
    else:
        members = members.filter(role=MemberRole.OWNER).exclude(user_id=row.author_id)
    told = tuple(sorted(members.values_list("user_id", flat=True), key=str))[:MOST_TOLD]
    _publish(PriorityEscalated(row.conversation_id, row.message_id, waiting_count, told))
    for user_id in told:
        _publish(
            AcknowledgementMissing(
                user_id,
                row.conversation_id,
                message.id,
                message.author_id,
                message.seq,
                waiting_count,
            )
        )


def next_look(row: Priority, now: datetime) -> datetime | None:
    """When the clock has to look at a message again."""
    times = [row.expires_at] if row.expires_at is not None else []
    if row.remind_after_min is not None and row.escalated_at is None:
        times.append(now + timedelta(minutes=row.remind_after_min))
    return min(times, default=None)


def _waiting(message_id: UUID) -> list[UUID]:
    rows = Acknowledgement.objects.filter(message_id=message_id, acknowledged_at=None)
    return sorted(rows.values_list("user_id", flat=True), key=str)


def rest_when_complete(message_id: UUID) -> None:
    """Leave a message in peace for which nobody is waited for any more."""
    if not Acknowledgement.objects.filter(message_id=message_id, acknowledged_at=None).exists():
        Priority.objects.filter(message_id=message_id).update(next_at=None)


def _publish(fact: Any) -> None:
    publish(fact, by=system_actor(current_tenant()))


def count_again(message_ids: Collection[UUID]) -> None:
    """Set right how many were asked, and have answered, after rows of people came or went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_priority p SET (asked_count, given_count) ="
            " (SELECT count(*), count(acknowledged_at) FROM messaging_acknowledgement x"
            " WHERE x.message_id = p.message_id) WHERE p.message_id = ANY(%s) AND p.asks",
            [list(message_ids)],
        )


def _tell_given(actor: Actor, row: Acknowledgement) -> None:
    """Tell all of an answer; where very many are asked, of every hundredth part of the answers."""
    priority = Priority.objects.get(message_id=row.message_id)
    asked, given = priority.asked_count or 0, priority.given_count or 0
    is_large = asked > MOST_TOLD_EACH
    if is_large:
        publish(AcknowledgementNoted(row.user_id, row.conversation_id, row.message_id), by=actor)
    if not is_large or given == asked or given % (asked // 100) == 0:
        publish(AcknowledgementGiven(row.conversation_id, row.message_id, row.user_id), by=actor)


def _ask(actor: Actor, message: Message, *, is_confirmed: bool) -> int:
    """Write down who is asked, after a look at how many they are; returns the number."""
    members = Membership.objects.filter(conversation_id=message.conversation_id)
    members = members.exclude(user_id=actor.user_id).filter(user__is_active=True)
    named = calls_in(message.text or "").people
    if named:
        members = members.filter(user_id__in=named)
    count = members.count()
    if count == 0:
        raise Invalid.field("priority.acknowledge", _("There is nobody here to ask."))
    if count > MOST_ASKED:
        raise Invalid.field(
            "priority.acknowledge",
            _("At most 10,000 people can be asked; name those who matter."),
            code="too_many_recipients",
        )
    if count > CONFIRM_ABOVE:
        if not actor.may(Permission.MENTION_EVERYBODY):
            raise Forbidden("message", _("You may not ask so many people."))
        if not is_confirmed:
            words = ngettext_lazy(
                "This asks %(count)d person to acknowledge. Send it again as confirmed.",
                "This asks %(count)d people to acknowledge. Send it again as confirmed.",
                "count",
            )
            raise Conflict.field(
                "priority.confirmed", words % {"count": count}, code="confirm_recipients"
            )
    with connection.cursor() as cursor:
        ids = members.values("user_id")
        sql, params = ids.query.sql_with_params()
        cursor.execute(
            "INSERT INTO messaging_acknowledgement (id, message_id, conversation_id, user_id)"
            f" SELECT gen_random_uuid(), %s, %s, asked.user_id FROM ({sql}) asked",
            [message.id, message.conversation_id, *params],
        )
        return cursor.rowcount


def _to_tell(conversation_id: UUID, user_ids: list[UUID]) -> list[str]:
    """People to escalate to must be there to see what they are told about."""
    members = Membership.objects.filter(conversation_id=conversation_id, user_id__in=user_ids)
    found = set(members.values_list("user_id", flat=True))
    if len(found) < len(set(user_ids)):
        raise Invalid.field(
            "priority.escalate_to", _("Name members of this conversation."), code="not_a_member"
        )
    return sorted(map(str, found))
