"""Post, edit and delete messages. Nothing is destroyed here: every version is kept."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from core.text import clean_text
from events.journal import Gone, hold, publish
from events.models import Entry
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import Place, insist, place_for, posting_gate
from messaging.conversations.models import Membership
from messaging.messages import calls as called
from messaging.messages import parts, policy
from messaging.messages.access import Do, Found, message_for, message_held, readable, root_for
from messaging.messages.carrying import origin_of
from messaging.messages.events import (
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessageRestored,
)
from messaging.messages.mentions import Calls, calls_in
from messaging.messages.models import Message, MessageKind, Revision

RESTORE_WITHIN = timedelta(seconds=30)
"""How long a deletion can be taken back; clients offer it for ten seconds."""

MOST_ASKED_AGAIN = 5
"""How often rights may change while one message is written."""


class Posted(NamedTuple):
    """The message, and whether this call made it."""

    message: Message
    is_new: bool


def post_message(
    actor: Actor,
    *,
    conversation_id: UUID,
    text: str,
    key: UUID,
    thread_id: UUID | None = None,
    also_in_conversation: bool = False,
    brought: Mapping[str, Any] | None = None,
    confirms_mentions: bool = False,
) -> Posted:
    """Post a message; posting with the same key again returns the one that is there.

    A key is its author's in all conversations: what was moved since it was posted is found, too,
    and is returned as it stands elsewhere. `brought` is what comes with it besides the text, by
    the names registered in `parts`.

    Errors  NotFound and Forbidden by access to the conversation; Invalid names `text` or
            `thread_id`; Conflict where the key was used for another message, `moved` where that one
            was moved to where its author may not read it, or `confirm_mentions` where it calls on
            many and `confirms_mentions` does not say that this is meant.
    """
    brought = brought or {}
    text = "" if text == "" and parts.speaks(brought) else clean_text(text)
    calls = calls_in(text)
    message = Message(
        id=new_id(),
        conversation_id=conversation_id,
        thread_id=thread_id,
        author_id=actor.user_id,
        kind=MessageKind.TEXT,
        text=text,
        key=key,
        also_in_conversation=also_in_conversation and thread_id is not None,
        created_at=timezone.now(),
        parts=parts.bits_of(brought),
    )
    fact = MessageCreated(
        conversation_id, message.id, actor.user_id, thread_id, *calls, has_links="://" in text
    )
    if _is_plain(message, calls, brought) and _is_stored_at_once(fact, actor, message):
        return Posted(message, True)
    place = check_may_post(
        actor, conversation_id, thread_id=thread_id, also_in_conversation=also_in_conversation
    )
    policy.check(actor, conversation_id, text)
    called.check_calls(actor, place, calls, is_confirmed=confirms_mentions)
    if _is_stored(fact, actor, message, place, brought):
        return Posted(message, True)
    return _posted_before(actor, conversation_id, key, text, thread_id)


def edit_message(
    actor: Actor, *, message_id: UUID, text: str, confirms_mentions: bool = False
) -> Message:
    """Replace a message's text; the version before it is kept as a revision.

    Errors  NotFound and Forbidden by access; Conflict where it was deleted.
    """
    text = clean_text(text)
    found = message_for(actor, message_id, Do.EDIT)
    policy.check(actor, found.place.id, text)
    with transaction.atomic():
        message = _held(actor, found, Do.EDIT)
        if message.deleted_at is not None:
            raise Conflict("message", _("This message was deleted."), code="deleted")
        if message.text == text:
            return message
        calls, before = calls_in(text), message.text
        called.check_calls(
            actor,
            found.place,
            calls,
            before=calls_in(before or ""),
            is_confirmed=confirms_mentions,
        )
        _keep_revision(message, actor)
        message.text, message.edited_at = text, timezone.now()
        message.save(update_fields=["text", "edited_at"])
        called.renew_calls(message, before)
        publish(
            MessageEdited(
                found.place.id, message_id, message.author_id, *calls, has_links="://" in text
            ),
            by=actor,
        )
    return message


def delete_message(actor: Actor, *, message_id: UUID) -> None:
    """Take a message out of sight: its place stays, its text lives on in the revisions alone."""
    found = message_for(actor, message_id, Do.DELETE)
    with transaction.atomic():
        message = _held(actor, found, Do.DELETE)
        if message.deleted_at is not None:
            return
        _keep_revision(message, actor)
        before = message.text
        message.text, message.deleted_at = None, timezone.now()
        message.save(update_fields=["text", "deleted_at"])
        called.renew_calls(message, before)
        if message.thread_id is not None:
            Message.objects.filter(id=message.thread_id).update(reply_count=F("reply_count") - 1)
        publish(MessageDeleted(found.place.id, message_id), by=actor)


def check_may_post(
    actor: Actor, conversation_id: UUID, *, thread_id: UUID | None, also_in_conversation: bool
) -> Place:
    """Fetch the conversation in order to post or reply there; refuses as posting does."""
    place = place_for(actor, conversation_id, InConversation.READ)
    for do in _purposes(thread_id is not None, also_in_conversation):
        insist(actor, place, do)
    return place


def _purposes(is_reply: bool, is_also_in_conversation: bool) -> tuple[InConversation, ...]:
    if not is_reply:
        return (InConversation.POST,)
    if not is_also_in_conversation:
        return (InConversation.REPLY,)
    return (InConversation.REPLY, InConversation.POST)


def restore_message(actor: Actor, *, message_id: UUID) -> Message:
    """Take one's own deletion back, for a short while; a message that is there stays as it is.

    Errors  NotFound and Forbidden by access, Forbidden where somebody else deleted it; Conflict
            where it is too late.
    """
    found = message_for(actor, message_id, Do.DELETE)
    with transaction.atomic():
        message = _held(actor, found, Do.DELETE)
        if message.deleted_at is None:
            return message
        last = Revision.objects.filter(message_id=message_id).order_by("-number").first()
        if last is None or last.edited_by_id != actor.user_id:
            raise Forbidden("message", _("Only the person who deleted a message can restore it."))
        if timezone.now() - message.deleted_at > RESTORE_WITHIN:
            raise Conflict("message", _("It is too late to undo this."), code="too_late")
        message.text, message.deleted_at = last.text, None
        message.save(update_fields=["text", "deleted_at"])
        called.renew_calls(message, None)
        if message.thread_id is not None:
            Message.objects.filter(id=message.thread_id).update(reply_count=F("reply_count") + 1)
        publish(MessageRestored(found.place.id, message_id), by=actor)
    return message


def _is_plain(message: Message, calls: Calls, brought: Mapping[str, Any]) -> bool:
    """Say whether nothing but the right to post stands between a message and its conversation."""
    is_alone = message.thread_id is None and not brought
    return is_alone and not called.calls_on_many(calls) and policy.asks_nothing()


def _is_stored_at_once(fact: MessageCreated, actor: Actor, message: Message) -> bool:
    """Store a plain message by one statement that looks the right up itself.

    False where nothing was stored, for whatever reason: whoever asks step by step finds out which.
    """
    gate = posting_gate(actor, message.conversation_id)
    if gate is None:
        return False
    try:
        with _undone_alone():
            publish(fact, by=actor, row=message, gate=gate)
    except (Gone, IntegrityError):
        return False
    return True


def _is_stored(
    fact: MessageCreated,
    actor: Actor,
    message: Message,
    place: Place,
    brought: Mapping[str, Any],
) -> bool:
    """Store a new message; False where its author has sent this key before."""
    for _attempt in range(MOST_ASKED_AGAIN):
        try:
            return _is_stored_now(fact, actor, message, place, brought)
        except Gone:
            place = _asked_again(actor, message, place)
    raise Conflict("conversation", _("Permissions here are changing right now; try again."))


def _asked_again(actor: Actor, message: Message, before: Place) -> Place:
    """The rights as they are by now; refuses where they are lost.

    Nothing follows its author's removal in the journal, nor what closed the conversation to them.
    """
    is_member = Membership.objects.filter(conversation_id=before.id, user_id=actor.user_id).exists()
    if not is_member:
        insist(actor, Place(before.conversation, None), InConversation.POST)
    return check_may_post(
        actor,
        before.id,
        thread_id=message.thread_id,
        also_in_conversation=message.also_in_conversation,
    )


def _is_stored_now(
    fact: MessageCreated,
    actor: Actor,
    message: Message,
    place: Place,
    brought: Mapping[str, Any],
) -> bool:
    try:
        if message.thread_id is not None:
            return _reply(fact, actor, message, message.thread_id, place, brought)
        if brought:
            with transaction.atomic():
                parts.bring(actor, message, brought)
                _publish(fact, actor, message, place)
            return True
        with _undone_alone():
            _publish(fact, actor, message, place)
    except IntegrityError as wrong:
        if "messaging_message_key_unique" not in str(wrong):
            raise
        return False
    except (Invalid, Forbidden):
        # What comes with a message may be gone or closed by the time it is sent again.
        if not brought or _sent(message.author_id, message.key) is None:
            raise
        return False
    return True


def _undone_alone() -> AbstractContextManager[Any]:
    """What one statement may fail in: by itself it is its own transaction, and costs no more."""
    return transaction.atomic() if transaction.get_connection().in_atomic_block else nullcontext()


def _publish(fact: MessageCreated, actor: Actor, message: Message, place: Place) -> None:
    epoch = place.conversation.epoch
    publish(fact, by=actor, row=message, needs=place.membership, epoch=epoch)


def _reply(
    fact: MessageCreated,
    actor: Actor,
    message: Message,
    thread_id: UUID,
    place: Place,
    brought: Mapping[str, Any],
) -> bool:
    with transaction.atomic():
        hold(message.conversation_id)
        try:
            root = root_for(place, thread_id)
        except Invalid:
            if _sent(message.author_id, message.key) is None:
                raise
            # Sent again after its root was deleted: it is there all the same.
            return False
        parts.bring(actor, message, brought)
        message.created_at = _after(root.last_reply_at)
        _publish(fact, actor, message, place)
        Message.objects.filter(id=root.id).update(
            reply_count=F("reply_count") + 1, last_reply_at=message.created_at
        )
    return True


def _after(moment: datetime | None) -> datetime:
    """Now, but later than the reply before: clients tell by the time whether a root counts one.

    Taken while the stream is held, so that the times of a thread's replies rise with their `seq`.
    """
    now = timezone.now()
    return now if moment is None else max(now, moment + timedelta(microseconds=1))


def _posted_before(
    actor: Actor, conversation_id: UUID, key: UUID, text: str, thread_id: UUID | None
) -> Posted:
    message = _sent(actor.user_id, key)
    if message is None:
        raise NotFound("message")
    if _first_text(message) != text or not _was_posted_to(message, conversation_id, thread_id):
        raise Conflict.field(
            "key",
            _("This key was used for another message; make a new key for each message."),
            code="key_reused",
        )
    if message.conversation_id != conversation_id and not readable(actor, [message.id]):
        words = _("This message was sent, and was moved to where you cannot read it.")
        raise Conflict("message", words, code="moved")
    return Posted(message, False)


def _sent(author_id: UUID | None, key: UUID) -> Message | None:
    return Message.objects.defer("words").filter(author_id=author_id, key=key).first()


def _was_posted_to(message: Message, conversation_id: UUID, thread_id: UUID | None) -> bool:
    """Say whether it stands there, or stood there first, before it was moved."""
    if (message.conversation_id, message.thread_id) == (conversation_id, thread_id):
        return True
    stream_id, seq = origin_of(message)
    first = Entry.objects.filter(stream_id=stream_id, seq=seq).first()
    thread = None if thread_id is None else str(thread_id)
    return stream_id == conversation_id and first is not None and first.data["thread_id"] == thread


def _first_text(message: Message) -> str | None:
    """What was first posted, whatever became of it since."""
    first = Revision.objects.filter(message_id=message.id).order_by("number").first()
    return message.text if first is None else first.text


def _held(actor: Actor, found: Found, do: Do) -> Message:
    """The message once nothing else can happen in its conversation, asked for again by then."""
    hold(found.place.id)
    return message_held(actor, found, do).message


def _keep_revision(message: Message, actor: Actor) -> None:
    if message.text is None:
        return  # some system messages say all by their subtype
    last = Revision.objects.filter(message_id=message.id).aggregate(n=Max("number"))["n"] or 0
    Revision.objects.create(
        message_id=message.id, number=last + 1, text=message.text, edited_by_id=actor.user_id
    )
