"""Who is there: kept per process, told to those who share a conversation, never journalled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was last said of a person, and where they can be seen."""

    state: str
    rooms: frozenset[str]
    at: float


@dataclass(slots=True)
class PresenceBoard:
    """Presence of the people of all tenants, as far as this process has heard of it.

    A sighting that is not repeated for `fresh_s` is void: its gateway died without a word.
    """

    fresh_s: float
    _seen: dict[tuple[str, str], Sighting] = field(default_factory=dict)

    def note(self, tenant: str, user_id: str, sighting: Sighting) -> bool:
        """Take news of a person; says whether it is any."""
        key = (tenant, user_id)
        before = self._seen.pop(key, None)
        if sighting.state != "offline":
            self._seen[key] = sighting
        known = "offline" if before is None else before.state
        return known != sighting.state

    def state_of(self, tenant: str, user_id: str) -> str:
        sighting = self._seen.get((tenant, user_id))
        return "offline" if sighting is None else sighting.state

    def seen_from(self, tenant: str, rooms: Iterable[str]) -> list[tuple[str, str]]:
        """The people who can be seen in any of these rooms, with their states."""
        here = frozenset(rooms)
        return [
            (user_id, sighting.state)
            for (of_tenant, user_id), sighting in self._seen.items()
            if of_tenant == tenant and not here.isdisjoint(sighting.rooms)
        ]

    def fade(self, now: float) -> list[tuple[str, str, Sighting]]:
        """Forget those who were not heard of for too long, and name them."""
        gone = [
            (tenant, user_id, sighting)
            for (tenant, user_id), sighting in self._seen.items()
            if now - sighting.at > self.fresh_s
        ]
        for tenant, user_id, _ in gone:
            del self._seen[tenant, user_id]
        return gone
