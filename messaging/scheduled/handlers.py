"""What is to be said in a thread is said where the thread stands by then."""

from core.actor import system_actor
from events.handlers import on
from events.journal import publish
from messaging.messages.events import MessageArrived
from messaging.messages.models import Message
from messaging.scheduled.events import ScheduledChanged
from messaging.scheduled.models import Scheduled
from tenants.context import current_tenant


@on(MessageArrived)
def take_scheduled_along(fact: MessageArrived) -> None:
    """Whether its author may write there is asked when its time comes."""
    root = Message.objects.defer("words").filter(id=fact.message_id, thread_id=None).first()
    if root is None:
        return
    waiting = Scheduled.objects.select_for_update().filter(thread_id=root.id)
    waiting = waiting.exclude(conversation_id=root.conversation_id)
    # In the order of people's ids, as everywhere that several people's streams are written.
    for row in waiting.order_by("user_id", "id"):
        row.conversation_id = root.conversation_id
        row.save(update_fields=["conversation_id"])
        publish(ScheduledChanged(row.user_id, row.id), by=system_actor(current_tenant()))
