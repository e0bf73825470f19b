"""How acknowledgements look in a browser: as they stand now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.frames import part_frames
from messaging.priority import services as _registers  # noqa: F401 - `priority` of new messages
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
    return part_frames(facts, "priority", priorities_of)
