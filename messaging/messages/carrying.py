"""What goes along when messages are moved to another conversation.

A message keeps its id, so that what refers to it by id alone (reactions, versions, forwards, lists
for later) follows by itself. A feature whose rows hold the conversation's id, or count in its
numbers, registers here how they follow:

    @carries
    def carry_pins(journey): ...
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from core.actor import Actor
from messaging.messages.models import Message


class Carried(NamedTuple):
    """One message with its number before and now; `root_id` is the thread it stands in, if any."""

    message_id: UUID
    before_seq: int
    seq: int
    root_id: UUID | None


@dataclass(frozen=True, slots=True)
class Journey:
    """Messages on their way. `aside` keeps, by feature, what could not come along.

    A journey back is given the `aside` of the journey there. Values are what JSON can hold.
    """

    actor: Actor
    from_id: UUID
    to_id: UUID
    messages: tuple[Carried, ...]
    is_return: bool = False
    aside: dict[str, Any] = field(default_factory=dict)

    @property
    def message_ids(self) -> list[UUID]:
        """The ids of all that is moved."""
        return [one.message_id for one in self.messages]


type Carrier = Callable[[Journey], None]
"""Makes a feature's rows follow, within the transaction. Both conversations' streams are held, and
the messages stand where they are going; nobody's own stream may be written to but the mover's."""

_carriers: list[Carrier] = []


def carries(carrier: Carrier) -> Carrier:
    """Register what goes along."""
    _carriers.append(carrier)
    return carrier


def carry(journey: Journey) -> None:
    """Let everything follow that hangs on the messages."""
    for carrier in _carriers:
        carrier(journey)


type Trail = Callable[[UUID], tuple[UUID, int] | None]
"""Takes a message's id; returns the conversation in which it stood first and its number there, or
None for one that was never moved."""

_trails: list[Trail] = []


def trails(trail: Trail) -> Trail:
    """Register what remembers where messages stood."""
    _trails.append(trail)
    return trail


def origin_of(message: Message) -> tuple[UUID, int]:
    """The conversation to which a message was posted, and its number there."""
    found = (trail(message.id) for trail in _trails)
    return next((one for one in found if one is not None), (message.conversation_id, message.seq))


def as_ids(values: Iterable[str]) -> list[UUID]:
    """Ids that were put aside."""
    return [UUID(value) for value in values]
