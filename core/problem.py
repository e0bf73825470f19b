"""Refusals as RFC 9457 problem details, the same everywhere under `/api/`."""

from collections.abc import Callable, Sequence

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.errors import FieldError, Forbidden, Refusal, UnsupportedType

CONTENT_TYPE = "application/problem+json"
TYPE_BASE = "https://chancery.example/problems/"

_OF_PROGRAMS = ("/api/", "/scim/", "/hooks/", "/oauth/token", "/oauth/introspect", "/oauth/revoke")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_NO_CODINGS = frozenset({"", "identity"})
_READ_AS_TEXT = frozenset(
    {
        "",
        "application/json",
        "application/scim+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
)


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: Sequence[FieldError] = (),
    retry_after_s: int | None = None,
) -> HttpResponse:
    """Compose a problem-details response."""
    body = {
        "type": TYPE_BASE + code,
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "errors": [{"field": e.field, "message": str(e.message)} for e in errors],
    }
    response = HttpResponse(orjson.dumps(body), status=status, content_type=CONTENT_TYPE)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="chancery"'
    return response


def problem_of(refusal: Refusal) -> HttpResponse:
    """A refusal as a response."""
    return problem(
        status=refusal.status,
        code=refusal.code,
        title=str(refusal.title),
        detail=str(refusal.detail),
        errors=refusal.errors,
        retry_after_s=refusal.retry_after_s,
    )


def is_program(request: HttpRequest) -> bool:
    """Whether the address is one that programs ask: it answers in problem details."""
    return request.path.startswith(_OF_PROGRAMS)


class BodyMiddleware:
    """Refuses a body that says it is not UTF-8, or packed: it would be read as what it is not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        charset = (request.content_params or {}).get("charset", "utf-8").lower()
        if charset not in _CHARSETS and request.content_type in _READ_AS_TEXT:
            return _refused(request, "Content-Type", _("Send text in UTF-8."))
        coding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        if coding in _NO_CODINGS:
            return self.get_response(request)
        refused = _refused(request, "Content-Encoding", _("Send the body without compression."))
        refused["Accept-Encoding"] = "identity"
        return refused


def _refused(request: HttpRequest, header: str, remedy: str) -> HttpResponse:
    if is_program(request):
        return problem_of(UnsupportedType.field(header, remedy))
    return render(request, "400.html", status=UnsupportedType.status)


class MethodMiddleware:
    """Under `/api/`: HEAD is GET without its body, and a method that is not known is a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        if request.method != "HEAD":
            return _with_methods(self.get_response(request))
        request.method = "GET"
        try:
            return without_body(_with_methods(self.get_response(request)))
        finally:
            request.method = "HEAD"


def _with_methods(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 405:
        return response
    known = set(response.get("Allow", "").split(", "))
    allowed = ", ".join(sorted(known | {"HEAD"} if "GET" in known else known))
    told = problem(
        status=405,
        code="method_not_allowed",
        title=_("This address does not support the method"),
        detail=_("Use one of: %(methods)s.") % {"methods": allowed},
    )
    told["Allow"] = allowed
    return told


def without_body(response: HttpResponseBase) -> HttpResponseBase:
    """The same answer as to GET, its size included, with nothing in it; streams are not begun."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()  # what it was to send is closed with it, at the end
    elif isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form or call without its CSRF token: a page for people, problem details for programs."""
    if request.path.startswith("/api/"):
        detail = _("Send the cookie csrftoken back as the header X-CSRFToken.")
        return problem_of(Forbidden("csrf", detail, code="csrf"))
    return render(request, "403_csrf.html", status=403)
