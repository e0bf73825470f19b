"""What `/metrics` shows of the live tier; read from the hub when somebody asks."""

from collections.abc import Iterable

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from messaging.live.hub import Hub


class LiveCollector(Collector):
    """The numbers of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        """Called in the thread that serves `/metrics`."""
        sockets = GaugeMetricFamily(
            "chancery_live_sockets", "Open connections of live clients", labels=["tenant"]
        )
        for tenant, count in self._hub.sockets_per_tenant().items():
            sockets.add_metric([tenant], count)
        yield sockets
        numbers = self._hub.numbers()
        yield CounterMetricFamily(
            "chancery_live_deliveries", "Frames written to clients", numbers["delivered"]
        )
        yield GaugeMetricFamily(
            "chancery_live_topics", "Topics this process is subscribed to", numbers["topics"]
        )
        yield GaugeMetricFamily(
            "chancery_live_waiting_frames",
            "Frames that wait for slow clients",
            numbers["waiting_frames"],
        )
        yield GaugeMetricFamily(
            "chancery_live_redis_connected",
            "1 while Redis brings the frames, 0 while the journal is asked instead",
            numbers["is_connected"],
        )


def show(hub: Hub) -> LiveCollector:
    """Show a hub's numbers; returns what `hide` takes."""
    collector = LiveCollector(hub)
    REGISTRY.register(collector)
    return collector


def hide(collector: LiveCollector) -> None:
    """Show them no longer."""
    REGISTRY.unregister(collector)
