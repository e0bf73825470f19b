"""Read forwards; they are a part of the message view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from messaging.forwards import services as _registers  # noqa: F401 - `forward_of` of new messages
from messaging.forwards.models import Forward
from messaging.messages.parts import Part, part

_FIELDS = ("source_id", "author_id", "text", "written_at")


@part(Part.FORWARD, "forward")
def forwards_of(message_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What each of these messages quotes; one query."""
    rows = Forward.objects.filter(message_id__in=message_ids)
    return {row.message_id: {name: getattr(row, name) for name in _FIELDS} for row in rows}
