"""Keeps one process subscribed to its topics, proves that it is, and notices when it was not.

The layer repairs its connection by itself and says nothing of what was lost meanwhile; a
subscription is in force some time after it was asked for. So the process sends itself a mark: when
it comes back, everything that was asked for before is in force, and only then are the topics
compared with the journal.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from messaging.live.ports import HubLimits, Layer

logger = logging.getLogger(__name__)

_MOST_UNHEARD = 3


class Subscriptions:
    """The hub's side of Redis.

    `take` gets each message; `check` compares topics with the journal; `topics` lists all of them.
    """

    def __init__(
        self,
        layer: Layer,
        limits: HubLimits,
        *,
        take: Callable[[dict[str, Any]], None],
        check: Callable[[Iterable[str]], Awaitable[None]],
        topics: Callable[[], list[str]],
    ) -> None:
        self.is_connected = False
        #: Known to be away, which a process that just started does not know yet.
        self.is_away = False
        self._layer = layer
        self._limits = limits
        self._take = take
        self._check = check
        self._topics = topics
        self._own = ""
        self._to_subscribe: dict[str, None] = {}
        self._to_renew: dict[str, None] = {}
        self._to_check: dict[str, None] = {}
        self._reading: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        #: How often in a row a mark was taken by Redis and did not come back.
        self._unheard = 0
        self._work = asyncio.Event()
        self._in_force = asyncio.Event()
        self._marks: dict[int, asyncio.Event] = {}
        self._mark = 0
        self._proven_at = 0.0
        self._is_proof_wanted = True

    def start(self) -> None:
        """Begin to read and to subscribe."""
        self._reading = asyncio.create_task(self._read(), name="hub-read")
        self._keeping = asyncio.create_task(self._keep(), name="hub-subscribe")

    async def close(self) -> None:
        """Stop, and leave Redis."""
        await _cancel(self._keeping)
        await self._let_go_of_redis()

    def add(self, name: str) -> None:
        """Subscribe to a topic soon."""
        self._to_subscribe[name] = None
        self._begin()

    def renew(self, name: str) -> None:
        """Subscribe again: this one seems to bring nothing."""
        self._to_renew[name] = None
        self._begin()

    def compare(self, names: Iterable[str]) -> None:
        """Compare topics with the journal soon."""
        self._to_check.update(dict.fromkeys(names))
        self._begin()

    def compare_later(self, names: Iterable[str]) -> None:
        """Compare topics with the journal at the next pulse: the journal is away now."""
        self._to_check.update(dict.fromkeys(names))

    def reconnected(self) -> None:
        """A connection to Redis was made: what was published before it is lost to us."""
        self._is_proof_wanted = True
        self.compare(self._topics())

    async def drop(self, name: str) -> None:
        """Unsubscribe from a topic."""
        self._to_subscribe.pop(name, None)
        self._to_check.pop(name, None)
        await self._layer.group_discard(name, self._own)

    async def in_force(self, timeout_s: float) -> bool:
        """Wait until all subscriptions are in force and compared; False when that takes longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._in_force.wait()
        return self._in_force.is_set()

    async def send(self, topic: str, message: dict[str, Any]) -> bool:
        """Publish something of passing worth; False when Redis did not take it."""
        try:
            async with asyncio.timeout(self._limits.retry_s):
                await self._layer.group_send(topic, message)
        except Exception:
            logger.debug("a passing frame was lost", exc_info=True)
            return False
        return True

    def _begin(self) -> None:
        self._in_force.clear()
        self._work.set()

    async def _read(self) -> None:
        """Move what the layer receives on at once: its own queue has no bound."""
        while True:
            try:
                if not self._own:
                    self._own = await self._layer.new_channel()
                    self._work.set()
                await self._read_on()
            except Exception as error:
                logger.warning("Redis cannot be read, trying again: %s", error)
                await asyncio.sleep(self._limits.retry_s)

    async def _read_on(self) -> None:
        taken = 0
        while True:
            message = await self._layer.receive(self._own)
            try:
                self._take_in(message)
            except Exception:
                logger.exception("a frame could not be delivered")
            taken += 1
            if taken % 64 == 0:
                # With messages waiting, receive() never yields: sockets must be heard as well.
                await asyncio.sleep(0)

    def _take_in(self, message: dict[str, Any]) -> None:
        if message.get("type") != "live.mark":
            self._take(message)
        elif (mark := self._marks.get(message["mark"])) is not None:
            mark.set()

    async def _keep(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.pulse_s):
                    await self._work.wait()
            self._work.clear()
            if not self._own:
                continue
            try:
                await self._settle()
            except Exception as error:
                await self._do_without(error)

    async def _settle(self) -> None:
        for name in list(self._to_renew):
            self._to_renew.pop(name)
            await self._layer.group_discard(name, self._own)
            self._to_subscribe[name] = None
        for name in list(self._to_subscribe):
            await self._layer.group_add(name, self._own)
            if name in self._to_subscribe:
                del self._to_subscribe[name]
                self._to_check[name] = None
            self._is_proof_wanted = True
        if self._is_proof_wanted or time.monotonic() - self._proven_at > self._limits.pulse_s:
            await self._prove()
        due, self._to_check = self._to_check, {}
        await self._check(due)
        if not self._to_check and not self._to_subscribe and not self._work.is_set():
            self._in_force.set()

    async def _prove(self) -> None:
        """Send ourselves a mark: once it comes back, all earlier subscriptions are in force."""
        self._is_proof_wanted = False
        self._mark += 1
        number = self._mark
        arrived = self._marks[number] = asyncio.Event()
        was_taken = False
        try:
            async with asyncio.timeout(self._limits.retry_s):
                while not arrived.is_set():
                    await self._layer.send(self._own, {"type": "live.mark", "mark": number})
                    was_taken = True
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._limits.retry_s / 5):
                            await arrived.wait()
        except BaseException:
            self._is_proof_wanted = True
            self._unheard += was_taken
            raise
        finally:
            del self._marks[number]
        self._unheard = 0
        self._proven_at = time.monotonic()
        self.is_connected, self.is_away = True, False

    async def _do_without(self, error: Exception) -> None:
        """Redis is away: live all the same, a little later, by asking the journal."""
        if not self.is_away:
            logger.warning("Redis does not answer, frames come from the journal: %s", error)
        self.is_connected, self.is_away = False, True
        self._in_force.clear()
        with suppress(Exception):
            await self._check(self._topics())
        self._to_check.update(dict.fromkeys(self._topics()))
        if self._unheard >= _MOST_UNHEARD:
            await self._start_over()
        await asyncio.sleep(self._limits.retry_s)
        self._work.set()

    async def _start_over(self) -> None:
        """Redis takes what is published and brings nothing: the other connection is dead.

        Nobody said so: a firewall forgot it, perhaps. The layer would wait on it for ever.
        """
        logger.warning("Redis brings nothing any more, connecting anew")
        self._unheard = 0
        await self._let_go_of_redis()
        self._own = ""
        self._to_subscribe.update(dict.fromkeys(self._topics()))
        self._reading = asyncio.create_task(self._read(), name="hub-read")

    async def _let_go_of_redis(self) -> None:
        await _cancel(self._reading)
        with suppress(Exception):
            async with asyncio.timeout(self._limits.retry_s):
                await self._layer.flush()


async def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait([task], timeout=1)
