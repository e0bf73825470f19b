"""How an organisation's own emoji look in a browser."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.emoji.events import EmojiAdded, EmojiRemoved
from messaging.emoji.selectors import views_by_id


@renders(EmojiAdded)
def added(facts: Sequence[EmojiAdded], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The emoji, as it is now."""
    found = views_by_id({fact.emoji_id for fact in facts})
    return [found.get(fact.emoji_id) for fact in facts]


@renders(EmojiRemoved)
def removed(facts: Sequence[EmojiRemoved], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Which one is gone."""
    return [{"emoji_id": fact.emoji_id} for fact in facts]
