"""Pieces of time, by which the index over words is asked for a part of the history.

The ids of messages rise with time. Their first 22 bits number pieces of 18.6 hours, and each level
above puts eight together: 6 days, 50, and 13 months. The index files each message under its piece
of every level (`messaging_slots`, migration 0033), so that one key more names a part of all there
is: what was frequent in it is found without a look at what came after.
"""

from typing import NamedTuple
from uuid import UUID

LEVELS = 4

IN_SLOT = "messaging_slots(m.id) @> ARRAY[%(slot)s::integer] AND m.id <= %(walked_to)s"
"""What was not walked over yet of a piece."""

_ID_BITS, _FINEST_BITS, _STEP_BITS, _LEVEL_AT = 128, 22, 3, 28
"""The same as in `messaging_slots`."""


class Slot(NamedTuple):
    """A piece of time: what the index calls it, and the first id that may be in it."""

    key: int
    first_id: UUID


def slot_at(id_: UUID, level: int) -> Slot:
    """The piece of a level, 0 for the shortest, that an id is in."""
    shift = _STEP_BITS * level
    number = id_.int >> (_ID_BITS - _FINEST_BITS + shift)
    first = number << (_ID_BITS - _FINEST_BITS + shift)
    return Slot((level << _LEVEL_AT) | number, UUID(int=first))
