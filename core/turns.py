"""Gives out a few places among many who want them, so that none of them can take all."""

import asyncio
from collections import Counter, deque
from collections.abc import Hashable

_ABOUT_S = 1.0
"""A party that asked for nothing for longer has no share kept for it."""

type _Waiters = deque[asyncio.Future[None]]


class Turns:
    """Places for work, shared by parties (tenants). For one event loop.

    Share   one party alone has at most half of the places, so that another finds one at once; with
            others about, as many as leave the same for each of them and for one that may come.
    Order   first come, first served within a party; the parties that wait take turns.
    """

    def __init__(self, places: int) -> None:
        self._places = self._free = places
        self._most = max(1, places // 2)
        # However many names are asked for: whoever makes them up must not slow down the others.
        self._least = min(2, self._most)
        self._seen: dict[Hashable, float] = {}
        self._counted_at = 0.0
        self._working: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, _Waiters] = {}

    async def take(self, party: Hashable) -> None:
        """Wait for a place and hold it until `leave`."""
        self._note(party)
        if not self._free or self._working[party] >= self._most:
            await self._wait(party)
        else:
            self._seat(party)

    def leave(self, party: Hashable) -> None:
        """Give a place back."""
        self._free += 1
        self._working[party] -= 1
        if not self._working[party]:
            del self._working[party]
        self._call_next()

    def waiting(self, party: Hashable) -> int:
        """How many of a party wait."""
        return len(self._waiting.get(party, ()))

    def _note(self, party: Hashable) -> None:
        """Remember who is about; now and then count them anew."""
        now = asyncio.get_running_loop().time()
        is_new = party not in self._seen
        self._seen[party] = now
        if is_new or now - self._counted_at > _ABOUT_S:
            self._counted_at = now
            self._seen = {who: at for who, at in self._seen.items() if now - at <= _ABOUT_S}
            self._most = max(self._least, self._places // (1 + len(self._seen)))

    async def _wait(self, party: Hashable) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(party, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(party)  # The place was given in the moment of leaving.
            raise

    def _seat(self, party: Hashable) -> None:
        self._free -= 1
        self._working[party] += 1

    def _call_next(self) -> None:
        """Give the free place to the party that has waited longest for one of its turns."""
        for party, waiters in list(self._waiting.items()):
            if self._working[party] >= self._most:
                continue
            while waiters:
                turn = waiters.popleft()
                if turn.done():
                    continue
                del self._waiting[party]
                if waiters:
                    self._waiting[party] = waiters  # To the end of the row.
                self._seat(party)
                turn.set_result(None)
                return
            del self._waiting[party]
