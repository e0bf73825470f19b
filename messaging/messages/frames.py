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
from messaging.messages.selectors import Standing, messages_by_id, standing_of
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
    """Read the messages once, whatever happened to them how often.

    What stands in another conversation by now is not shown to this one: whoever may see it there
    hears of it there.
    """
    found = messages_by_id([fact.message_id for fact in facts])
    return [shown_in(fact.conversation_id, found.get(fact.message_id)) for fact in facts]


def shown_in(conversation_id: UUID, view: dict[str, Any] | None) -> dict[str, Any] | None:
    """A message for those who hear this conversation; nothing where it stands in another one."""
    return view if view is not None and view["conversation_id"] == conversation_id else None


def part_frames(
    facts: Sequence[Any],
    field: str,
    load: Callable[[Sequence[UUID]], Mapping[UUID, Any]],
    *,
    empty: Any = None,
) -> list[dict[str, Any] | None]:
    """A part of each fact's message as it is now; nothing where it was deleted or stands elsewhere.

    `seq` is the message's: by it the frame is withheld from those whose history begins later.
    """
    ids = [fact.message_id for fact in facts]
    now, standing = load(ids), standing_of(ids)
    frames: list[dict[str, Any] | None] = []
    for fact in facts:
        id_, here = fact.message_id, standing.get(fact.message_id)
        has_part = id_ in now or empty is not None
        if here is None or here.is_deleted or not has_part or not stands_in(fact, here):
            frames.append(None)
        else:
            frames.append({"message_id": id_, "seq": here.seq, field: now.get(id_, empty)})
    return frames


def stands_in(fact: Any, standing: Standing | None) -> bool:
    """Say whether a fact's message stands where the fact happened."""
    return standing is not None and standing.conversation_id == fact.conversation_id
