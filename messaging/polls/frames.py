"""How polls look in a browser: with their results as they are now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.frames import part_frames
from messaging.polls import services as _registers  # noqa: F401 - `poll` of new messages
from messaging.polls.events import PollClosed, PollVoted
from messaging.polls.selectors import polls_of


@renders(PollVoted, PollClosed)
def changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The message, and how its poll stands."""
    return part_frames(facts, "poll", polls_of)
