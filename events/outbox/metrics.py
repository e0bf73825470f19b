"""How much is owed to whom: the backlog of the outbox, read when it is asked for."""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.utils import Error as DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tenants.context import in_public

_BACKLOG = """
SELECT tenant, count(*), extract(epoch FROM now() - min(created_at))
FROM outbox_outboxitem GROUP BY tenant
"""


class OutboxCollector(Collector):
    """Entries that are not done with, per tenant. Says nothing while the database is away."""

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database at registration."""
        return _families()

    def collect(self) -> Iterator[Metric]:
        items, ages = _families()
        try:
            with in_public(), connection.cursor() as cursor:
                cursor.execute(_BACKLOG)
                for tenant, count, age_s in cursor.fetchall():
                    items.add_metric([tenant], count)
                    ages.add_metric([tenant], float(age_s))
        except DatabaseError:
            return
        yield from (items, ages)


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily("chancery_outbox_items", "Entries in the outbox", labels=["tenant"]),
        GaugeMetricFamily(
            "chancery_outbox_oldest_seconds", "Age of the oldest entry", labels=["tenant"]
        ),
    )
