"""How message events look in a browser: the message view, as it is now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from events.render import renders
from messaging.messages.events import (
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessageRestored,
)
from messaging.messages.models import Message
from messaging.messages.selectors import messages_by_id, seqs_of
from messaging.messages.view import view_of_new


@renders(MessageCreated)
def created(
    facts: Sequence[MessageCreated], rows: Sequence[Message | None]
) -> list[dict[str, Any] | None]:
    """A message that was just stored is in hand; for a resume it is read as it is now."""
    if all(row is not None for row in rows):
        return [view_of_new(row) for row in rows if row is not None]
    return changed(facts, rows)


@renders(MessageEdited, MessageDeleted, MessageRestored)
def changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Read the messages once, whatever happened to them how often."""
    found = messages_by_id([fact.message_id for fact in facts])
    return [found.get(fact.message_id) for fact in facts]


def part_frames(
    facts: Sequence[Any],
    field: str,
    load: Callable[[Sequence[UUID]], Mapping[UUID, Any]],
    *,
    empty: Any = None,
) -> list[dict[str, Any] | None]:
    """A part of each fact's message as it is now; nothing where the message was deleted.

    `seq` is the message's: by it the frame is withheld from those whose history begins later.
    """
    ids = [fact.message_id for fact in facts]
    now, seqs = load(ids), seqs_of(ids)
    return [
        {"message_id": id_, "seq": seqs[id_], field: now.get(id_, empty)}
        if id_ in seqs and (id_ in now or empty is not None)
        else None
        for id_ in ids
    ]
