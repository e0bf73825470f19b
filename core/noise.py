"""Tells who takes so much of a process that others feel it."""

from collections.abc import Hashable
from math import exp

_MEMORY_S = 1.0
"""How long what was used is remembered: it fades to a third in this time."""

_ABOUT_S = 2.0
"""A party that asked for nothing for longer is not about any more."""

_REMAINS_S = 15.0
"""For how long a noisy party counts as one after its noise: bursts seldom come alone."""


class Noise:
    """What parties (tenants) use of a process, as a share of one processor.

    A party is noisy when it alone uses most of what is used, and more than `most`, while another
    one is about; and for a while after that. There is never more than one; a party that is alone
    disturbs nobody.
    """

    def __init__(self, most: float = 0.3) -> None:
        self._most = most
        self._used: dict[Hashable, float] = {}
        self._seen: dict[Hashable, float] = {}
        self._faded_at = 0.0
        self._noisy: tuple[Hashable, float] = (None, 0.0)

    def arrives(self, party: Hashable, now: float) -> None:
        """A party asks for something."""
        self._seen[party] = now

    def used(self, party: Hashable, seconds: float, now: float) -> None:
        """A party has used so much."""
        self._fade(now)
        self._used[party] = self._used.get(party, 0.0) + seconds / _MEMORY_S

    def is_noisy(self, party: Hashable, now: float) -> bool:
        """Whether this party should be served where it does not disturb others."""
        is_loud = self._is_loud(party, now)
        who, until = self._noisy
        if not is_loud and (who != party or now > until):
            return False
        if not any(now - at <= _ABOUT_S for who, at in self._seen.items() if who != party):
            return False
        if is_loud:
            self._noisy = party, now + _REMAINS_S
        return True

    def _is_loud(self, party: Hashable, now: float) -> bool:
        """Whether a party uses most of what is used, and much."""
        if self._used.get(party, 0.0) <= self._most:
            return False
        self._fade(now)
        mine, everybody = self._used.get(party, 0.0), sum(self._used.values())
        return mine > self._most and mine > everybody / 2

    def _fade(self, now: float) -> None:
        """Forget a little; at most twenty times a second, and the long gone altogether."""
        passed = now - self._faded_at
        if passed < 0.05:
            return
        self._faded_at = now
        kept = exp(-passed / _MEMORY_S)
        self._used = {who: used * kept for who, used in self._used.items() if used * kept > 0.001}
        self._seen = {who: at for who, at in self._seen.items() if now - at <= _ABOUT_S}
