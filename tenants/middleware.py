"""Binds each request to the tenant of its host, and to a correlation id."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotFound

from core.correlation import correlated
from core.http import Request
from tenants.context import in_tenant
from tenants.hosts import host_for

NOT_HERE = b"There is nothing at this address.\n"


class TenantMiddleware:
    """Host name to tenant: unknown or not ready hosts get a bare 404 before anything else runs."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        host = host_for(request.META.get("HTTP_HOST", ""))
        if host is None:
            return HttpResponseNotFound(NOT_HERE, content_type="text/plain; charset=utf-8")
        request.host = host
        request.urlconf = settings.ROOT_SITE_URLCONF if host.is_root else settings.ROOT_URLCONF
        with in_tenant(host.slug), correlated(request.headers.get("X-Correlation-Id")) as id_:
            request.correlation_id = id_
            response = self.get_response(request)
        response["X-Correlation-Id"] = id_
        return response
