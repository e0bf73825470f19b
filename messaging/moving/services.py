"""Move messages within their conversation: into a thread with all their replies, or out of one."""

from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid
from events.journal import hold, publish
from messaging.messages.access import Do, message_for, message_held, root_for
from messaging.messages.events import MessageMoved
from messaging.messages.models import Message
from messaging.messages.system import Line, tell

MOST_REPLIES = 200
"""More replies than these do not fit into one frame, and are no slip of the hand."""


def move_message(actor: Actor, *, message_id: UUID, thread_id: UUID | None) -> Message:
    """Put a message into a thread of its conversation, with its replies; or out of its thread.

    Its number stays, and with it its place in time, its links and who has read it. The
    conversation says that something was moved.
    Errors  NotFound and Forbidden by access; Invalid names `thread_id`; Conflict where it has too
            many replies.
    """
    found = message_for(actor, message_id, Do.MOVE)
    with transaction.atomic():
        hold(found.place.id)
        message, place = message_held(actor, found, Do.MOVE)
        before = message.thread_id
        if before == thread_id:
            return message
        root = None if thread_id is None else root_for(place, thread_id)
        if root is not None and root.id == message.id:
            raise Invalid.field("thread_id", _("A message cannot be moved into its own thread."))
        moved = [message.id, *(_replies(message) if thread_id is not None else ())]
        Message.objects.filter(id__in=moved).update(thread_id=thread_id, also_in_conversation=False)
        for root_id in (message.id, before, thread_id):
            if root_id is not None:
                recount(root_id)
        publish(MessageMoved(found.place.id, message.id, before, thread_id, tuple(moved)), by=actor)
        line = Line.MOVED_OUT if thread_id is None else Line.MOVED_TO_THREAD
        tell(actor, found.place.id, line, str(message.id))
        message.refresh_from_db(fields=["thread_id", "also_in_conversation", "reply_count"])
    return message


def _replies(message: Message) -> list[UUID]:
    ids = Message.objects.filter(thread_id=message.id).order_by("seq").values_list("id", flat=True)
    found = list(ids[: MOST_REPLIES + 1])
    if len(found) > MOST_REPLIES:
        raise Conflict(
            "message", _("A thread of more than 200 replies cannot be moved."), code="too_many"
        )
    return found


def recount(root_id: UUID) -> None:
    """Make what a root says of its thread what is there."""
    there = Message.objects.filter(thread_id=root_id, deleted_at=None)
    now = there.aggregate(count=Count("id"), last=Max("created_at"))
    Message.objects.filter(id=root_id).update(reply_count=now["count"], last_reply_at=now["last"])
