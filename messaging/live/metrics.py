"""What `/metrics` shows of the live tier, noted by each process of its own hub."""

import asyncio

from prometheus_client import Counter, Gauge

from core.metrics import before_showing
from messaging.live.hub import Hub

_EVERY_S = 2.0

SOCKETS = Gauge(
    "chancery_live_sockets",
    "Open connections of live clients",
    ["tenant"],
    multiprocess_mode="livesum",
)
DELIVERIES = Counter("chancery_live_deliveries", "Frames written to clients")
TOPICS = Gauge(
    "chancery_live_topics", "Topics a process is subscribed to", multiprocess_mode="livesum"
)
WAITING = Gauge(
    "chancery_live_waiting_frames",
    "Frames that wait for slow clients",
    multiprocess_mode="livesum",
)
WITHOUT_REDIS = Gauge(
    "chancery_live_without_redis",
    "Processes that ask the journal, since Redis brings them no frames",
    multiprocess_mode="livesum",
)


class Show:
    """Notes the numbers of one hub every two seconds, and when this process is asked."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tenants: set[str] = set()
        self._delivered = 0
        self._noting = asyncio.create_task(self._go_on(), name="live-metrics")
        before_showing(self, self.note)

    def note(self) -> None:
        """Called in the thread that serves `/metrics`, too."""
        sockets = self._hub.sockets_per_tenant()
        for tenant in self._tenants - sockets.keys():
            SOCKETS.labels(tenant).set(0)
        for tenant, count in sockets.items():
            SOCKETS.labels(tenant).set(count)
        self._tenants |= sockets.keys()
        numbers = self._hub.numbers()
        more, self._delivered = numbers["delivered"] - self._delivered, numbers["delivered"]
        DELIVERIES.inc(max(0, more))
        TOPICS.set(numbers["topics"])
        WAITING.set(numbers["waiting_frames"])
        WITHOUT_REDIS.set(1 - numbers["is_connected"])

    def end(self) -> None:
        """Show the hub no longer."""
        self._noting.cancel()
        before_showing(self, None)
        for tenant in self._tenants:
            SOCKETS.labels(tenant).set(0)
        for gauge in (TOPICS, WAITING, WITHOUT_REDIS):
            gauge.set(0)

    async def _go_on(self) -> None:
        while True:
            self.note()
            await asyncio.sleep(_EVERY_S)
