"""Keeps the table of mentions in step with what messages say."""

from uuid import UUID

from core.actor import system_actor
from events.handlers import on
from events.journal import publish
from messaging.attention.events import MentionCreated
from messaging.attention.models import Mention
from messaging.conversations.models import Membership
from messaging.messages.events import MessageCreated, MessageDeleted, MessageEdited
from messaging.messages.models import Message
from tenants.context import current_tenant


@on(MessageCreated, when=lambda fact: bool(fact.mentions) or fact.calls_all)
def record_mentions(fact: MessageCreated) -> None:
    """Write down whom a new message calls on, and tell each of them."""
    _record(fact.message_id, fact.mentions, fact.calls_all)


@on(MessageEdited)
def renew_mentions(fact: MessageEdited) -> None:
    """After an edit only those count whom the text calls on now; people newly named are told."""
    keep = [*fact.mentions, *([None] if fact.calls_all else [])]
    rows = Mention.objects.filter(message_id=fact.message_id)
    for mention in rows:
        if mention.user_id not in keep:
            mention.delete()
    if keep:
        _record(fact.message_id, fact.mentions, fact.calls_all)


@on(MessageDeleted)
def drop_mentions(fact: MessageDeleted) -> None:
    """A deleted message calls on nobody."""
    Mention.objects.filter(message_id=fact.message_id).delete()


def _record(message_id: UUID, people: tuple[UUID, ...], everybody: bool) -> None:
    message = Message.objects.defer("words").filter(id=message_id, deleted_at=None).first()
    if message is None:
        return
    members = Membership.objects.filter(
        conversation_id=message.conversation_id, user_id__in=people
    ).exclude(user_id=message.author_id)
    # In the order of ids, as everywhere that several people's streams are written.
    named = sorted(members.values_list("user_id", flat=True))
    for user_id in [*([None] if everybody else []), *named]:
        _row, created = Mention.objects.get_or_create(
            conversation_id=message.conversation_id,
            user_id=user_id,
            seq=message.seq,
            defaults={"message_id": message.id, "author_id": message.author_id},
        )
        if created and user_id is not None:
            fact = MentionCreated(user_id, message.conversation_id, message.id, message.seq)
            publish(fact, by=system_actor(current_tenant()))
