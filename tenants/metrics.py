"""Metrics of the catalogue, read when they are asked for."""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.utils import Error as DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tenants.context import in_public


class TenantCollector(Collector):
    """How many tenants are in which state. Says nothing while the database is away."""

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database at registration."""
        return [_family()]

    def collect(self) -> Iterator[Metric]:
        family = _family()
        try:
            with in_public(), connection.cursor() as cursor:
                cursor.execute("SELECT state, count(*) FROM tenants_tenant GROUP BY state")
                for state, count in cursor.fetchall():
                    family.add_metric([state], count)
        except DatabaseError:
            return
        yield family


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily("chancery_tenants", "Tenants by state", labels=["state"])
