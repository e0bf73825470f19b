"""How polls look in a browser: with their results as they are now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.polls.events import PollClosed, PollVoted
from messaging.polls.selectors import polls_of


@renders(PollVoted, PollClosed)
def changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The message, and how its poll stands."""
    now = polls_of([fact.message_id for fact in facts])
    return [
        {"message_id": fact.message_id, "poll": now[fact.message_id]}
        if fact.message_id in now
        else None
        for fact in facts
    ]
