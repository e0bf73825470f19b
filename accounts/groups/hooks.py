"""Tells the features above at once, within the transaction, that people came into or left groups.

What follows from leaving may not wait for a worker: a right that is lost is lost with the commit.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """Who came into or left groups.

    `user_ids` are all people concerned, those of nested groups too; `group_ids` the group and
    everything above it.
    """

    user_ids: frozenset[UUID]
    group_ids: frozenset[UUID]
    came: bool


type Listener = Callable[[Actor, Moved], None]

_listeners: list[Listener] = []


def on_moved(listener: Listener) -> Listener:
    """Register a listener; it runs in the transaction that moves the people, after the rows."""
    _listeners.append(listener)
    return listener


def tell(actor: Actor, *, users: Collection[UUID], groups: Collection[UUID], came: bool) -> None:
    """Call the listeners, if anybody is concerned."""
    if not users:
        return
    moved = Moved(frozenset(users), frozenset(groups), came)
    for listener in _listeners:
        listener(actor, moved)
