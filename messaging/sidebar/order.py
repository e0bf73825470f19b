"""Places between places: to move one row only that row is written."""

from typing import Any, Protocol
from uuid import UUID

from django.db.models import Max, QuerySet

_TIGHT = 1e-6
"""Closer than this and the whole shelf is numbered anew; takes about 20 moves to one place."""


class Placed(Protocol):
    """A row with a position among others."""

    position: Any

    def save(self, *, update_fields: list[str]) -> None: ...


def last(shelf: QuerySet[Any]) -> float:
    """The position behind everything on a shelf."""
    return (shelf.aggregate(last=Max("position"))["last"] or 0.0) + 1.0


def before(shelf: QuerySet[Any], **target: UUID) -> float | None:
    """The position just before a row of the shelf; None where that row is not on it."""
    for _ in range(2):
        next_one = shelf.filter(**target).first()
        if next_one is None or next_one.position is None:
            return None
        above = shelf.filter(position__lt=next_one.position).aggregate(last=Max("position"))
        floor = next_one.position - 2.0 if above["last"] is None else above["last"]
        if next_one.position - floor > _TIGHT:
            return (floor + next_one.position) / 2
        _number_anew(shelf)
    raise AssertionError("numbering anew made no room")


def _number_anew(shelf: QuerySet[Any]) -> None:
    for number, row in enumerate(shelf.select_for_update().order_by("position", "id"), start=1):
        row.position = float(number)
        row.save(update_fields=["position"])
