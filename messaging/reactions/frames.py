"""How reaction events look in a browser."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.reactions.events import ReactionAdded, ReactionRemoved
from messaging.reactions.selectors import reactions_of


@renders(ReactionAdded, ReactionRemoved)
def reacted(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Who did what, and all reactions of the message as they are now."""
    now = reactions_of([fact.message_id for fact in facts])
    return [
        {
            "message_id": fact.message_id,
            "emoji": fact.emoji,
            "user_id": fact.user_id,
            "reactions": now.get(fact.message_id, []),
        }
        for fact in facts
    ]
