"""Keeps the table of mentions in step with what messages say."""

from uuid import UUID

from core.actor import system_actor
from events.handlers import on
from events.journal import publish
from messaging.attention.events import MentionCreated
from messaging.attention.models import Mention
from messaging.conversations.models import Membership
from messaging.messages.events import MessageCreated, MessageDeleted, MessageEdited
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message
from tenants.context import current_tenant


@on(MessageCreated, when=lambda fact: bool(fact.mentions) or fact.calls_all)
def record_mentions(fact: MessageCreated) -> None:
    """Write down whom a new message calls on, and tell each of them."""
    _renew(fact.message_id)


@on(MessageEdited)
def renew_mentions(fact: MessageEdited) -> None:
    """After an edit only those count whom the text calls on now; people newly named are told."""
    _renew(fact.message_id)


@on(MessageDeleted)
def drop_mentions(fact: MessageDeleted) -> None:
    """A deleted message calls on nobody."""
    _renew(fact.message_id)


def _renew(message_id: UUID) -> None:
    """Make the rows what the message says now.

    Not what the event said: workers take the events of one message in any order, and whichever
    comes last must leave the truth. The message is locked, so that two of them take turns.
    """
    message = Message.objects.select_for_update().defer("words").filter(id=message_id).first()
    if message is None:
        return
    wanted = _called_on(message)
    rows = list(Mention.objects.filter(message_id=message_id))
    Mention.objects.filter(id__in=[row.id for row in rows if row.user_id not in wanted]).delete()
    known = {row.user_id for row in rows}
    # In the order of ids, as everywhere that several people's streams are written.
    for user_id in sorted(wanted - known, key=str):
        _add(message, user_id)


def _called_on(message: Message) -> set[UUID | None]:
    """The members whom a message names, without its author; None stands for everybody."""
    if message.deleted_at is not None or message.text is None:
        return set()
    calls = calls_in(message.text)
    named: set[UUID | None] = {None} if calls.everybody else set()
    if calls.people:
        members = Membership.objects.filter(
            conversation_id=message.conversation_id, user_id__in=calls.people
        )
        people = members.values_list("user_id", flat=True)
        named.update(user_id for user_id in people if user_id != message.author_id)
    return named


def _add(message: Message, user_id: UUID | None) -> None:
    Mention.objects.create(
        conversation_id=message.conversation_id,
        user_id=user_id,
        seq=message.seq,
        message_id=message.id,
        author_id=message.author_id,
    )
    if user_id is not None:
        fact = MentionCreated(user_id, message.conversation_id, message.id, message.seq)
        publish(fact, by=system_actor(current_tenant()))
