"""How previews look in a browser: as they are now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.messages.frames import part_frames
from messaging.previews.events import PreviewsAdded, PreviewsRemoved
from messaging.previews.selectors import previews_of


@renders(PreviewsAdded)
def added(facts: Sequence[PreviewsAdded], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The message, and what stands under it."""
    return part_frames(facts, "previews", previews_of, empty=[])


@renders(PreviewsRemoved)
def removed(facts: Sequence[PreviewsRemoved], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The message, under which nothing stands any more."""
    return part_frames(facts, "previews", lambda _ids: {}, empty=[])
