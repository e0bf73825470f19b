"""What our middleware adds to a request, for the type checker and the reader."""

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_etags, parse_header_parameters

from core.actor import Actor


class PlainRequest(WSGIRequest):
    """A request whose text is UTF-8, whatever it says: `core.problem.BodyMiddleware` judges that.

    Django decodes the query by the charset of `Content-Type` before there is anything that could
    answer, and takes any of Python's codecs for one of text: all of it would be a server's error.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            read = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):
            read = "", {"charset": "unreadable"}
        self.content_type, self.content_params = read


class Request(HttpRequest):
    """A request to a tenant's host.

    `host` is `tenants.hosts.Host`; `actor` is there once the API has authenticated the caller;
    `rate_standing` is `core.limits.Standing`.
    """

    host: Any
    actor: Actor
    correlation_id: str
    rate_standing: Any


def has_already(request: HttpRequest, tag: str) -> bool:
    """Whether the caller has what this tag stands for: `If-None-Match` names it, or `*` for any."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or tag in {one.removeprefix("W/") for one in known}


def client_address(request: HttpRequest) -> str:
    """The address a request comes from: as our own proxy saw it, where there is one."""
    if settings.CHANCERY_BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "")
        # The last entry is our proxy's word; those before it are whatever the client sent.
        return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    return request.META.get("REMOTE_ADDR", "")


def socket_address(scope: Any) -> str:
    """`client_address` of a socket."""
    client = (scope.get("client") or ("",))[0]
    if settings.CHANCERY_BEHIND_PROXY:
        sent = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        forwarded = sent[-1].decode("latin-1") if sent else ""
        return forwarded.rpartition(",")[2].strip() or client
    return client
