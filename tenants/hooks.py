"""Ports that the features above fill: what they add to a new tenant, and take away with one.

`tenants` may import none of them, so they register here when Django starts.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewOwner:
    """The person who signs an organisation up. Only the password's hash travels."""

    email: str
    name: str
    password_hash: str
    locale: str = "en"


type OwnerMaker = Callable[[NewOwner], None]
type Eraser = Callable[[str], None]
type FollowUp = Callable[[], None]

_owner_makers: list[OwnerMaker] = []
_furnishers: list[OwnerMaker] = []
_erasers: list[Eraser] = []
_follow_ups: list[FollowUp] = []


def makes_owner[F: OwnerMaker](make: F) -> F:
    """Register who makes the first person; runs in the new tenant, in its transaction."""
    _owner_makers.append(make)
    return make


def furnishes[F: OwnerMaker](furnish: F) -> F:
    """Register what a new organisation finds there; runs once its first person is made."""
    _furnishers.append(furnish)
    return furnish


def erases[F: Eraser](erase: F) -> F:
    """Register what removes a tenant's traces outside its schema; given the slug, may run twice."""
    _erasers.append(erase)
    return erase


def follows_migrations[F: FollowUp](queue: F) -> F:
    """Register what queues the work a migration leaves; runs in each tenant that was migrated."""
    _follow_ups.append(queue)
    return queue


def follow_up() -> None:
    """Queue what is left to do in the tenant in hand after its migrations."""
    for queue in _follow_ups:
        queue()


def make_owner(owner: NewOwner) -> None:
    """Make the first person of the tenant in hand, and what they find there."""
    for make in [*_owner_makers, *_furnishers]:
        make(owner)


def erase(slug: str) -> None:
    """Remove every trace of a tenant that lies outside its schema."""
    for remove in _erasers:
        remove(slug)
