"""Keeps the table of mentions in step with what messages say."""

from collections.abc import Sequence
from uuid import UUID

from accounts.groups.selectors import people_in
from core.actor import system_actor
from events.handlers import on
from events.journal import hold, publish
from messaging.attention.events import MentionCreated, MentionsRecorded
from messaging.attention.here import here_among
from messaging.attention.models import Mention
from messaging.conversations.models import Membership
from messaging.messages.access import moved_meanwhile
from messaging.messages.calls import renews_calls
from messaging.messages.events import MessageCreated, MessageDeleted, MessageEdited
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message
from messaging.messages.parts import Part
from tenants.context import current_tenant

MOST_TOLD = 100
"""More people than these are not told one by one in their own streams: the conversation is."""


@on(
    MessageCreated,
    when=lambda fact: bool(fact.mentions) or fact.calls_all or fact.calls_here or bool(fact.groups),
)
def record_mentions(fact: MessageCreated) -> None:
    """Write down whom a new message calls on, and tell each of them."""
    # Edits and deletions write the rows within their own transaction, holding the stream.
    message = _held(fact.message_id)
    if message is not None:
        _renew(message, is_new=True)


@on(MessageEdited, MessageDeleted)
def check_mentions(fact: MessageEdited | MessageDeleted) -> None:
    """Edits of people are in step already; those of imports are put in step here."""
    message = _held(fact.message_id)
    if message is not None:
        _renew(message, is_new=False)


@renews_calls
def renew_mentions(message: Message, before: str | None) -> None:
    """After an edit only those count whom the text calls on now; people newly named are told."""
    _renew(message, is_new=not calls_in(before or "").here)


def _held(message_id: UUID) -> Message | None:
    """The message, once nothing else can happen where it stands by now.

    Errors  Conflict where it is moved at this moment: the handler is run again.
    """
    rows = Message.objects.defer("words").filter(id=message_id)
    conversation_id = rows.values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        return None
    hold(conversation_id)
    message = rows.first()
    if message is not None and message.conversation_id != conversation_id:
        raise moved_meanwhile()
    return message


def _renew(message: Message, *, is_new: bool) -> None:
    """Make the rows what the message says now, whatever they were; the stream is held."""
    rows = list(Mention.objects.filter(message_id=message.id))
    known = {row.user_id for row in rows}
    wanted = called_on(message, known, is_new=is_new)
    if gone := [row.id for row in rows if row.user_id not in wanted]:
        Mention.objects.filter(id__in=gone).delete()
    # In the order of ids, as everywhere that several people's streams are written.
    _add(message, sorted(wanted - known, key=str))


def called_on(message: Message, known: set[UUID | None], *, is_new: bool) -> set[UUID | None]:
    """The members whom a message names, without its author; None stands for everybody."""
    if message.deleted_at is not None or message.text is None:
        return set()
    calls = calls_in(message.text)
    if not any(calls):
        return set()
    named: set[UUID | None] = set()
    members = Membership.objects.filter(conversation_id=message.conversation_id)
    if calls.people:
        people = members.filter(user_id__in=calls.people).values_list("user_id", flat=True)
        named.update(people)
    if message.parts & Part.MOVED:
        # Those who were called on where it was said still are; a move calls nobody but by name.
        if calls.groups:
            named |= known & people_in(calls.groups)
        if calls.here and not is_new:
            named |= known
        return named - {None, message.author_id}
    if calls.everybody:
        named.add(None)
    if calls.groups:
        people = members.filter(user_id__in=people_in(calls.groups))
        named.update(people.values_list("user_id", flat=True))
    if calls.here and not calls.everybody:
        # Whoever was here when the message came; an edit does not call on those who came later.
        named |= _here(members.values_list("user_id", flat=True)) if is_new else known
    return named - {message.author_id} if message.author_id is not None else named


def _here(user_ids: Sequence[UUID]) -> set[UUID | None]:
    """The people who are here now; everybody where nobody can tell who is."""
    here = here_among(current_tenant(), list(user_ids))
    return {None} if here is None else {*here}


def _add(message: Message, user_ids: Sequence[UUID | None]) -> None:
    Mention.objects.bulk_create(
        Mention(
            conversation_id=message.conversation_id,
            user_id=user_id,
            seq=message.seq,
            message_id=message.id,
            author_id=message.author_id,
        )
        for user_id in user_ids
    )
    by = system_actor(current_tenant())
    if len(user_ids) > MOST_TOLD:
        publish(MentionsRecorded(message.conversation_id, message.id, message.seq), by=by)
        return
    for user_id in user_ids:
        if user_id is not None:
            fact = MentionCreated(user_id, message.conversation_id, message.id, message.seq)
            publish(fact, by=by)
