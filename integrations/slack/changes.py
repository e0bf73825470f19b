"""What a later export tells of messages that an earlier one brought: edits, deletions, reactions.

What people did here since wins: a message that was edited here later, or deleted, stays so, and a
reaction that somebody took back does not return.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F, Max

from core.ids import id_at
from events.journal import hold
from events.past import Past, record_many
from integrations.slack import store
from messaging.messages.events import MessageDeleted, MessageEdited
from messaging.messages.mentions import calls_in
from messaging.messages.models import Message, Revision
from messaging.reactions.events import ReactionAdded
from messaging.reactions.models import Reaction


@dataclass(frozen=True, slots=True)
class Told:
    """What an export tells of one message that is here."""

    message_id: UUID
    text: str | None
    edited_at: datetime | None
    is_deleted: bool
    reactions: tuple[tuple[str, UUID], ...]


@dataclass(slots=True)
class Changes:
    """The difference between what an export tells and what is here."""

    edited: dict[UUID, Told] = field(default_factory=dict)
    deleted: dict[UUID, Told] = field(default_factory=dict)
    reactions: dict[UUID, list[tuple[str, UUID]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.edited or self.deleted or self.reactions)


def changes(conversation_id: UUID, told: Iterable[Told]) -> Changes:
    """Compare; reads only, and only of messages that were ever changed."""
    by_id = {one.message_id: one for one in told}
    found = Changes()
    touched = [one.message_id for one in by_id.values() if one.edited_at or one.is_deleted]
    rows = Message.objects.filter(id__in=touched, deleted_at=None)
    for id_, text, edited_at in rows.values_list("id", "text", "edited_at"):
        one = by_id[id_]
        if one.is_deleted:
            found.deleted[id_] = one
        elif _is_later(one.edited_at, edited_at) and text != one.text:
            found.edited[id_] = one
    found.reactions = _new_reactions(conversation_id, by_id)
    return found


def apply(conversation_id: UUID, found: Changes) -> None:
    """Write the differences, with the versions before them and their place in the journal."""
    hold(conversation_id)
    ids = [*found.edited, *found.deleted]
    rows = Message.objects.defer("words").filter(id__in=ids).order_by("seq")
    messages = {row.id: row for row in rows}
    numbers = dict(
        Revision.objects.filter(message_id__in=ids)
        .values("message_id")
        .annotate(last=Max("number"))
        .values_list("message_id", "last")
    )
    past = []
    for message in messages.values():
        told = found.edited.get(message.id) or found.deleted[message.id]
        _keep(message, numbers.get(message.id, 0) + 1, told)
        past.append(_edit(message, told) if message.id in found.edited else _delete(message))
    past += _react(conversation_id, found.reactions)
    if past:
        record_many(past, correlation_id="slack-import")


def _is_later(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and (known is None or known < told)


def _new_reactions(
    conversation_id: UUID, told: Mapping[UUID, Told]
) -> dict[UUID, list[tuple[str, UUID]]]:
    wanted = {
        (one.message_id, emoji, user) for one in told.values() for emoji, user in one.reactions
    }
    if not wanted:
        return {}
    ids = list({message_id for message_id, _emoji, _user in wanted})
    missing = wanted - store.existing_reactions(ids)
    if missing:
        missing -= store.removed_reactions(conversation_id, ids)
    new: dict[UUID, list[tuple[str, UUID]]] = {}
    for message_id, emoji, user in sorted(missing):
        new.setdefault(message_id, []).append((emoji, user))
    return new


def _keep(message: Message, number: int, told: Told) -> None:
    Revision.objects.create(
        id=uuid5(message.id, f"revision {number}"),
        message_id=message.id,
        number=number,
        text=message.text or "",
        edited_by_id=message.author_id,
        created_at=told.edited_at or message.created_at,
    )


def _edit(message: Message, told: Told) -> Past:
    message.text, message.edited_at = told.text, told.edited_at
    message.save(update_fields=["text", "edited_at"])
    calls = calls_in(told.text or "")
    fact = MessageEdited(message.conversation_id, message.id, message.author_id, *calls)
    return _past(fact, message, told.edited_at or message.created_at)


def _delete(message: Message) -> Past:
    # Slack does not tell when; the same time as where the first export knows of the deletion.
    message.text, message.deleted_at = None, message.created_at
    message.save(update_fields=["text", "deleted_at"])
    if message.thread_id is not None:
        Message.objects.filter(id=message.thread_id).update(reply_count=F("reply_count") - 1)
    fact = MessageDeleted(message.conversation_id, message.id)
    return _past(fact, message, message.created_at)


def _past(fact: MessageEdited | MessageDeleted, message: Message, at: datetime) -> Past:
    entry_id = id_at(at, salt=uuid5(message.id, f"{type(fact).__name__} {at.isoformat()}"))
    return Past(entry_id, fact, message.author_id, at)


def _react(
    conversation_id: UUID, reactions: Mapping[UUID, list[tuple[str, UUID]]]
) -> Iterable[Past]:
    times = dict(Message.objects.filter(id__in=reactions).values_list("id", "created_at"))
    rows, past = [], []
    for message_id, given in reactions.items():
        at = times[message_id]
        for emoji, user in given:
            id_ = uuid5(message_id, f"reaction {emoji} {user}")
            rows.append(
                {
                    "id": id_,
                    "message_id": message_id,
                    "user_id": user,
                    "emoji": emoji,
                    "created_at": at,
                }
            )
            fact = ReactionAdded(conversation_id, message_id, user, emoji)
            past.append(Past(id_at(at, salt=uuid5(id_, "added")), fact, user, at))
    store.insert(Reaction, rows)
    return past
