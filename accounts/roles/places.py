"""A port to the channels, a floor above: what they are called, as far as somebody may know."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Expression

from core.actor import Actor

MOST_OFFERED = 500


@dataclass(frozen=True, slots=True)
class Places:
    """What the floor above tells of channels."""

    offered: Callable[[Actor, int], list[str]]
    """The names of so many channels that the actor may know of."""
    named: Callable[[Actor, str], list[UUID]]
    """The channels of this name that the actor may know of; a private one's may not be the only."""
    knows: Callable[[Actor, UUID], bool]
    """Whether this is a channel that the actor may know of."""
    title: Callable[[Actor, str], Expression]
    """The name of the channel whose id stands in this column; null for one they may not know of."""


_places: list[Places] = []


def knows_places(places: Places) -> None:
    """Fill the port."""
    _places[:] = [places]


def places() -> Places:
    """Whoever knows the channels."""
    return _places[0]
