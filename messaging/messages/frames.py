"""How message events look in a browser: the message view, as it is now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.events import (
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessageRestored,
)
from messaging.messages.models import Message
from messaging.messages.selectors import messages_by_id
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
