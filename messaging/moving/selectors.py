"""Read that messages were moved here; it is a part of the message view."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from messaging.messages.carrying import trails
from messaging.messages.parts import Part, part
from messaging.moving.models import MovedMessage


@part(Part.MOVED, "moved")
def moved_of(message_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """By whom, when and from where each of these messages was last moved; one query."""
    rows = MovedMessage.objects.filter(message_id__in=message_ids, move__undone_at=None)
    rows = rows.order_by("message_id", "-move__created_at").distinct("message_id")
    found = rows.values_list("message_id", "move__by_id", "move__created_at", "move__from_id")
    return {
        message_id: {"by_id": by_id, "at": at, "from_id": from_id}
        for message_id, by_id, at, from_id in found
    }


def places_of(message_id: UUID) -> list[tuple[UUID, int]]:
    """Where a message stood before each of its moves: the conversation, and its number there."""
    rows = MovedMessage.objects.filter(message_id=message_id)
    return list(rows.values_list("move__from_id", "seq"))


@trails
def first_place_of(message_id: UUID) -> tuple[UUID, int] | None:
    """Where a message stood before its first move; what was taken back counts, too."""
    rows = MovedMessage.objects.filter(message_id=message_id).order_by("move__created_at")
    return rows.values_list("move__from_id", "seq").first()
