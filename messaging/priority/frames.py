"""How acknowledgements look in a browser: as they stand now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.priority.events import (
    AcknowledgementDropped,
    AcknowledgementGiven,
    PriorityEscalated,
    PriorityExpired,
    PriorityReminded,
)
from messaging.priority.selectors import priorities_of


@renders(
    AcknowledgementGiven,
    AcknowledgementDropped,
    PriorityReminded,
    PriorityEscalated,
    PriorityExpired,
)
def changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The message, and how its acknowledgements stand."""
    now = priorities_of([fact.message_id for fact in facts])
    return [
        {"message_id": fact.message_id, "priority": now[fact.message_id]}
        if fact.message_id in now
        else None
        for fact in facts
    ]
