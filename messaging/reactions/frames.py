"""How reaction events look in a browser."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.frames import stands_in
from messaging.messages.selectors import standing_of
from messaging.reactions.events import ReactionAdded, ReactionRemoved
from messaging.reactions.selectors import reactions_of


@renders(ReactionAdded, ReactionRemoved)
def reacted(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Who did what, and all reactions of the message as they are now.

    Nothing where the message stands in another conversation by now.
    """
    ids = [fact.message_id for fact in facts]
    now, standing = reactions_of(ids), standing_of(ids)
    return [
        {
            "message_id": fact.message_id,
            "emoji": fact.emoji,
            "user_id": fact.user_id,
            "reactions": now.get(fact.message_id, []),
        }
        if stands_in(fact, standing.get(fact.message_id))
        else None
        for fact in facts
    ]
