"""Binds each request to the tenant of its host, and to a correlation id."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, HttpResponseNotFound, StreamingHttpResponse
from django.http.response import HttpResponseBase

from core.correlation import correlated
from core.errors import Unavailable
from core.http import Request
from core.problem import problem_of
from tenants.context import in_tenant
from tenants.hosts import host_for

logger = logging.getLogger("chancery.hosts")

RETRY_AFTER_S = 1
NOT_HERE = b"There is nothing at this address.\n"


class TenantMiddleware:
    """Host name to tenant: unknown or not ready hosts get a bare 404 before anything else runs."""

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        try:
            host = host_for(request.META.get("HTTP_HOST", ""))
        except (OperationalError, InterfaceError) as outage:
            # Said in one line: a traceback per request would bury what the outage is.
            logger.warning("the database does not answer: %s", str(outage).partition("\n")[0])
            return problem_of(Unavailable("database", retry_after_s=RETRY_AFTER_S))
        if host is None:
            return HttpResponseNotFound(NOT_HERE, content_type="text/plain; charset=utf-8")
        request.host = host
        request.urlconf = settings.ROOT_SITE_URLCONF if host.is_root else settings.ROOT_URLCONF
        with in_tenant(host.slug), correlated(request.headers.get("X-Correlation-Id")) as id_:
            request.correlation_id = id_
            response = self.get_response(request)
        response["X-Correlation-Id"] = id_
        # A file knows nothing of tenants any more; other streams are still being made.
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            chunks = cast(Iterable[bytes], response.streaming_content)
            response.streaming_content = stream_in(host.slug, chunks)
        return response


def stream_in(slug: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Make a stream in its tenant, which is long left when the server asks for the chunks.

    Entered for each chunk by itself: a generator that stayed inside while it waits would leave its
    tenant to whatever its thread does in between.
    """
    iterator = iter(chunks)
    while True:
        with in_tenant(slug):
            chunk = next(iterator, None)
        if chunk is None:
            return
        yield chunk
