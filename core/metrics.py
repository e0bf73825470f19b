"""Prometheus metrics of requests, and the page that shows all metrics.

Counts name the tenant; latencies are kept per route only, since a thousand tenants times fifty
routes times a dozen buckets would be more series than any server wants to keep.

Where PROMETHEUS_MULTIPROC_DIR names a directory, the processes that were started with it keep their
numbers there, and each of them shows the sum of all: whichever of several web workers is asked, the
answer is the same, and a worker that died takes no counts with it.
"""

import ipaddress
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse, HttpResponseNotFound
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from core.http import Request

READ_WHEN_ASKED = CollectorRegistry(auto_describe=False)
"""Collectors of what all processes share, such as the database: read by the one that is asked."""

REQUESTS = Counter(
    "chancery_http_requests_total",
    "HTTP requests answered",
    ["tenant", "method", "route", "status"],
)
SECONDS = Histogram(
    "chancery_http_request_seconds",
    "Time taken to answer",
    ["method", "route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
TENANT_SECONDS = Counter(
    "chancery_tenant_busy_seconds_total", "Time spent on answering a tenant's requests", ["tenant"]
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NOWHERE = "(none)"


class MetricsMiddleware:
    """Counts what is answered. Stands outside of host routing, so that refusals count, too."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        _count(request, response.status_code, time.perf_counter() - started)
        return response


_PID_OF_GAUGE = re.compile(r"gauge_live\w*_(\d+)\.db")
_before_showing: dict[object, Callable[[], None]] = {}


def before_showing(key: object, note: Callable[[], None] | None) -> None:
    """Have `note` called before this process shows metrics; None ends that."""
    if note is None:
        _before_showing.pop(key, None)
    else:
        _before_showing[key] = note


def metrics_page() -> HttpResponse:
    """All metrics, in Prometheus' text format: of all processes that share a directory, or ours."""
    for note in list(_before_showing.values()):
        note()
    of_processes = REGISTRY
    if directory := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _forget_the_dead(Path(directory))
        of_processes = CollectorRegistry()
        MultiProcessCollector(of_processes, directory)
    text = generate_latest(of_processes) + generate_latest(READ_WHEN_ASKED)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _forget_the_dead(directory: Path) -> None:
    """What a process has right now, such as sockets, ends with it, however it ended."""
    found = {_PID_OF_GAUGE.fullmatch(file.name) for file in directory.iterdir()}
    for pid in {int(match[1]) for match in found if match}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(directory))
        except PermissionError:
            continue


def is_from_here(request: Request) -> bool:
    """Say whether a request comes from this machine itself, not through a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def not_here() -> HttpResponse:
    """What strangers get in place of metrics."""
    return HttpResponseNotFound(
        b"There is nothing at this address.\n", content_type="text/plain; charset=utf-8"
    )


def _count(request: Request, status: int, seconds: float) -> None:
    # Only names of our own become labels: whoever invents methods or paths must not make series.
    method = request.method if request.method in _METHODS else "OTHER"
    match = getattr(request, "resolver_match", None)
    route = "/" + match.route if match is not None else _NOWHERE
    host = getattr(request, "host", None)
    tenant = host.slug if host is not None else _NOWHERE
    REQUESTS.labels(tenant, method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)
    TENANT_SECONDS.labels(tenant).inc(seconds)
