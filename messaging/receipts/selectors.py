"""How far messages got: from the cursors of members, for their authors."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Forbidden
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import place_for
from messaging.conversations.models import Membership
from messaging.etiquette.models import EtiquettePolicy
from messaging.messages.access import Do, message_for
from messaging.messages.models import Message
from messaging.messages.view import views_of

MOST_SHOWN = 50
"""In larger conversations nobody is named, and cursors are not told live."""


class Cursors(NamedTuple):
    """Where the members of a small conversation stand; `is_shown` is False where none are told."""

    is_shown: bool
    members: list[dict[str, Any]]


def shows_receipts() -> bool:
    """Whether the organisation lets authors see how far their messages got."""
    return current(EtiquettePolicy).shows_receipts


def cursors(actor: Actor, conversation_id: UUID) -> Cursors:
    """Where each member stands, in conversations of at most MOST_SHOWN.

    Errors  NotFound by access; Forbidden for people who are not members.
    """
    place = place_for(actor, conversation_id, InConversation.READ)
    if place.membership is None:
        raise Forbidden("conversation", _("Join the conversation first."))
    if not shows_receipts():
        return Cursors(False, [])
    rows = list(
        Membership.objects.filter(conversation_id=conversation_id)
        .annotate(reached=_REACHED)
        .values_list("user_id", "reached", "read_seq", "joined_at")[: MOST_SHOWN + 1]
    )
    if len(rows) > MOST_SHOWN:
        return Cursors(False, [])
    names = ("user_id", "delivered_seq", "read_seq", "joined_at")
    return Cursors(True, [dict(zip(names, row, strict=True)) for row in rows])


def delivery(actor: Actor, message_id: UUID) -> dict[str, Any]:
    """How far a message got, for its author.

    Shape   `state` is the honest whole: delivered and seen only when that is true of all who were
            members when it was written. The counts tell the rest; people are named while few.
    Errors  NotFound by access; Forbidden for others than its author, and where receipts are off.
    """
    found = message_for(actor, message_id, Do.READ)
    if found.message.author_id is None or found.message.author_id != actor.user_id:
        raise Forbidden("message", _("Only its author sees how far a message got."))
    if not shows_receipts():
        raise Forbidden(
            "message", _("Your organisation has switched receipts off."), code="receipts_off"
        )
    return reach_of(found.message)


def reach_of(message: Message) -> dict[str, Any]:
    """How far a message got; the caller has decided who may know."""
    (view,) = views_of([message])
    # What was moved here is for those who were here when it came.
    since = view["moved"]["at"] if "moved" in view else message.created_at
    members = Membership.objects.filter(
        conversation_id=message.conversation_id, joined_at__lte=since
    ).exclude(user_id=message.author_id)
    reached = members.annotate(reached=_REACHED)
    counted = reached.aggregate(
        recipients=Count("id"),
        delivered=Count("id", filter=Q(reached__gte=message.seq)),
        seen=Count("id", filter=Q(read_seq__gte=message.seq)),
    )
    priority = view.get("priority")
    seen = members.filter(read_seq__gte=message.seq).order_by("user_id")
    is_small = counted["recipients"] <= MOST_SHOWN
    return {
        "state": state_of(counted, priority),
        "recipient_count": counted["recipients"],
        "delivered_count": counted["delivered"],
        "seen_count": counted["seen"],
        "seen_by": list(seen.values_list("user_id", flat=True)) if is_small else [],
        "acknowledged_count": priority["acknowledged_count"] if priority else 0,
    }


def state_of(counted: dict[str, int], priority: dict[str, Any] | None) -> str:
    """One word for how far a message got; the least that is true of all."""
    everybody = counted["recipients"]
    if priority is not None and priority["asks"]:
        if priority["acknowledged_count"] == priority["recipient_count"] > 0:
            return "acknowledged"
        if priority["is_expired"]:
            return "expired"
    if everybody and counted["seen"] == everybody:
        return "seen"
    if everybody and counted["delivered"] == everybody:
        return "delivered"
    return "sent"


_REACHED = Greatest(F("delivered_seq"), F("read_seq"))
