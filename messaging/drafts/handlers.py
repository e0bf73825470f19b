"""What was begun in a thread goes on where the thread stands now."""

from django.db.models import Q
from django.utils import timezone

from core.actor import system_actor
from events.handlers import on
from events.journal import publish
from messaging.conversations.models import Membership
from messaging.drafts.events import DraftChanged
from messaging.drafts.models import Draft
from messaging.messages.events import MessageArrived
from messaging.messages.models import Message
from tenants.context import current_tenant


@on(MessageArrived)
def take_drafts_along(fact: MessageArrived) -> None:
    """Those who are not there keep their draft in the conversation where they began it."""
    root = Message.objects.defer("words").filter(id=fact.message_id, thread_id=None).first()
    if root is None:
        return
    begun = Draft.objects.filter(thread_id=root.id).exclude(conversation_id=root.conversation_id)
    people = Membership.objects.filter(conversation_id=root.conversation_id).values("user_id")
    # In the order of people's ids, as everywhere that several people's streams are written.
    for draft in begun.filter(~Q(text=""), user_id__in=people).order_by("user_id"):
        _take_along(draft, root)


def _take_along(draft: Draft, root: Message) -> None:
    now = timezone.now()
    version = max(draft.version + 1, int(now.timestamp() * 1_000_000))
    there, _is_new = Draft.objects.get_or_create(
        user_id=draft.user_id,
        conversation_id=root.conversation_id,
        thread_id=root.id,
        defaults={"updated_at": now},
    )
    if there.text != "":
        return
    rows = ((there, draft.text), (draft, ""))
    for row, text in rows:
        row.text, row.version, row.updated_at = text, version, now
        row.save(update_fields=["text", "version", "updated_at"])
        fact = DraftChanged(row.user_id, row.conversation_id, row.thread_id, version, text == "")
        publish(fact, by=system_actor(current_tenant()))
