"""Files become a part of the message view when this is loaded, and their events get a look."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.files import explaining, storage
from messaging.files.events import FileDeleted, FileInspected, FileReplaced
from messaging.files.selectors import files_of
from messaging.files.services import attach
from messaging.messages.frames import part_frames

__all__ = ["attach", "explaining", "storage"]


@renders(FileInspected, FileReplaced, FileDeleted)
def changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Which file it was, and all files of its message as they are now."""
    frames = part_frames(facts, "files", files_of, empty=[])
    return [
        frame and {**frame, "file_id": fact.file_id}
        for fact, frame in zip(facts, frames, strict=True)
    ]
