"""Refusals that come from Django itself: problem details under `/api/`, pages elsewhere."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.errors import Forbidden, Malformed, NotFound, Unavailable
from core.problem import is_program, problem, problem_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be read."""
    if is_program(request):
        return problem_of(Malformed("request"))
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: refused before any operation was reached."""
    if is_program(request):
        return problem_of(Forbidden("request"))
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no operation or page at this address."""
    if is_program(request):
        return problem_of(NotFound("address"))
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the correlation id in the header finds it in the logs."""
    if is_program(request):
        if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
            return problem_of(Unavailable("database", retry_after_s=1))
        return problem(status=500, code="internal", title=_("Something went wrong on our side"))
    return HttpResponse(render_to_string("500.html"), status=500)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    """The page of a refusal. Django's own look into the form, which may be what is wrong."""
    return render(request, f"{status}.html", status=status)


__all__ = ["bad_request", "forbidden", "not_found", "server_error"]
