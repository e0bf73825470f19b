"""The gateway of this process: the hub wired to Redis and the journal, its heart, its stop."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from django.conf import settings

from events import bus
from messaging.live import metrics, selectors
from messaging.live.hub import Hub
from messaging.live.layer import live_layer
from messaging.live.ports import HubLimits, Layer
from messaging.live.protocol import Limits
from tenants.context import in_tenant
from tenants.threads import in_db_thread

logger = logging.getLogger(__name__)

type Beat = Callable[[float], None]

_SLOTS = 25


class DatabaseJournal:
    """The hub's view of the journal, by way of the database threads."""

    async def heads(self, tenant: str, stream_ids: Sequence[str]) -> dict[str, int]:
        with in_tenant(tenant):
            return await in_db_thread(selectors.heads, stream_ids)

    async def frames_after(self, tenant: str, stream_id: str, seq: int, limit: int) -> list[bytes]:
        with in_tenant(tenant):
            return await in_db_thread(selectors.frames_after, stream_id, seq, limit)

    async def members(self, tenant: str, conversation_id: str) -> set[str]:
        with in_tenant(tenant):
            return await in_db_thread(selectors.members, conversation_id)

    async def note_delivered(self, tenant: str, reached: dict[str, dict[str, int]]) -> bool:
        with in_tenant(tenant):
            return await in_db_thread(selectors.note_delivered, reached)

    async def note_here(self, tenant: str, here: list[str], gone: list[str]) -> None:
        await in_db_thread(selectors.note_here, tenant, here, gone)

    async def ready_tenants(self, tenants: Sequence[str]) -> set[str]:
        return await in_db_thread(selectors.ready_tenants, tenants)


class Heart:
    """Beats each connection once per interval, spread over it so that no moment has all of them."""

    def __init__(self, interval_s: float) -> None:
        self._step_s = interval_s / _SLOTS
        self._slots: list[dict[Beat, None]] = [{} for _ in range(_SLOTS)]
        self._next = 0

    def add(self, beat: Beat) -> Callable[[], None]:
        """Beat this connection from now on; returns the way to stop it."""
        # The slot that was just served comes again after one whole interval.
        slot = self._slots[(self._next - 1) % _SLOTS]
        slot[beat] = None
        return lambda: slot.pop(beat, None) and None

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            await asyncio.sleep(self._step_s)
            slot = self._slots[self._next]
            self._next = (self._next + 1) % _SLOTS
            now = time.monotonic()
            for beat in list(slot):
                try:
                    beat(now)
                except Exception:
                    logger.exception("a heartbeat failed")


class Gateway:
    """Everything the sockets of one process and event loop share."""

    def __init__(self) -> None:
        heartbeat_s = float(settings.CHANCERY_HEARTBEAT_S)
        self.limits = Limits(heartbeat_s=heartbeat_s)
        self.heart = Heart(heartbeat_s)
        layer = live_layer(settings.REDIS_URL, lambda: self.hub.subscriptions.reconnected())
        # The layer hands its methods out by `__getattr__`, which no type checker sees.
        self.hub = Hub(
            cast(Layer, layer), DatabaseJournal(), limits=HubLimits(heartbeat_s=heartbeat_s)
        )
        self.admitting = 0
        self._loop = asyncio.get_running_loop()
        self._part: Callable[[], None] = lambda: None
        self._shown: metrics.Show | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.hub.start()
        self._part = bus.hand_on(self._take_at_once)
        self._shown = metrics.Show(self.hub)
        self._beating = asyncio.create_task(self.heart.run(), name="heart")

    def _take_at_once(self, topic: str, frame: bytes) -> None:
        """What is published by a thread of this process need not go round by Redis."""
        with suppress(RuntimeError):  # The loop has ended; the process does, too.
            self._loop.call_soon_threadsafe(
                self.hub.take, {"type": "live.frame", "topic": topic, "frame": frame}
            )

    async def stop(self) -> None:
        self._part()
        self._part = lambda: None
        if self._beating is not None:
            self._beating.cancel()
        if self._shown is not None:
            self._shown.end()
            self._shown = None
        await self.hub.close()


_gateway: Gateway | None = None
_loop: asyncio.AbstractEventLoop | None = None


def gateway() -> Gateway:
    """The gateway of the running event loop, started when first asked for."""
    global _gateway, _loop
    loop = asyncio.get_running_loop()
    if _gateway is None or _loop is not loop:
        _gateway, _loop = Gateway(), loop
        _gateway.start()
    return _gateway


async def lifespan(
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Start with the server, tell the clients before it stops.

    A server announces its shutdown by lifespan only after it has cut its connections, too late to
    say anything. So the signal itself is listened to: clients are told, then the server's own
    handler runs as before. Servers without lifespan (Daphne) start the gateway with the first
    socket and just close.
    """
    await receive()
    running = gateway()
    running.hub.spawn(_warm_up())
    restore = _drain_on_signals(asyncio.get_running_loop(), running.hub.drain)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    restore()
    running.hub.drain()
    await running.stop()
    await send({"type": "lifespan.shutdown.complete"})


async def _warm_up() -> None:
    """Open the database connections now: the first visitors should not wait for them."""
    with suppress(Exception):
        await asyncio.gather(*[in_db_thread(selectors.ready_tenants, []) for _ in range(4)])


def _drain_on_signals(
    loop: asyncio.AbstractEventLoop, drain: Callable[[], None]
) -> Callable[[], None]:
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(drain)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number, handler in before.items():
        # Where nobody handles the signal, ours must not keep the process from dying of it.
        if callable(handler):
            signal.signal(number, on_signal)

    def restore() -> None:
        for number, handler in before.items():
            with suppress(TypeError, ValueError):
                if signal.getsignal(number) is on_signal:
                    signal.signal(number, handler)

    return restore
