"""Refusals that come from Django itself: problem details under `/api/`, pages elsewhere."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from core.errors import Forbidden, Malformed, NotFound, Unavailable
from core.problem import problem, problem_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be read."""
    if _is_program(request):
        return problem_of(Malformed("request"))
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: refused before any operation was reached."""
    if _is_program(request):
        return problem_of(Forbidden("request"))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no operation or page at this address."""
    if _is_program(request):
        return problem_of(NotFound("address"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the correlation id in the header finds it in the logs."""
    if _is_program(request):
        if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
            return problem_of(Unavailable("database", retry_after_s=1))
        return problem(status=500, code="internal", title=_("Something went wrong on our side"))
    return defaults.server_error(request)


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith(
        ("/api/", "/scim/", "/hooks/", "/oauth/token", "/oauth/introspect", "/oauth/revoke")
    )


__all__ = ["bad_request", "forbidden", "not_found", "server_error"]
