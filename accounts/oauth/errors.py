"""How the endpoints for programs refuse: RFC 6749, 5.2. In English, as codes for developers are."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.http import HttpResponse

from core.json import dumps

MOST_PARAMETERS = 40
LONGEST = 8_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class OAuthError(Exception):
    """A refusal; nothing was changed unless its words say so."""

    def __init__(
        self, error: str, description: str, *, status: int = 400, retry_after_s: int | None = None
    ) -> None:
        self.error, self.description, self.status = error, description, status
        self.retry_after_s = retry_after_s
        super().__init__(error)


def error_response(refusal: OAuthError) -> HttpResponse:
    """A refusal as JSON."""
    body = {"error": refusal.error, "error_description": refusal.description}
    response = json_response(body, status=refusal.status)
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="chancery", charset="UTF-8"'
    if refusal.retry_after_s is not None:
        response["Retry-After"] = str(refusal.retry_after_s)
    return response


def json_response(body: Mapping[str, object], status: int = 200) -> HttpResponse:
    """JSON that nobody keeps."""
    response = HttpResponse(dumps(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


def parameters_of(text: str) -> tuple[dict[str, str], set[str]]:
    """The parameters of a query or form, and the names of those that were sent twice.

    A parameter without a value counts as left out (RFC 6749, 3.1).
    Errors  OAuthError `invalid_request` for what cannot be read.
    """
    if len(text) > LONGEST:
        raise OAuthError("invalid_request", "The request is too long.", status=413)
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as wrong:
        raise OAuthError("invalid_request", "Send at most 40 parameters in UTF-8.") from wrong
    given: dict[str, str] = {}
    twice: set[str] = set()
    for name, value in pairs:
        if name in given:
            twice.add(name)
        given[name] = value
    if any(_CONTROL.search(name + value) for name, value in pairs):
        raise OAuthError("invalid_request", "Parameters may not contain control characters.")
    return {name: value for name, value in given.items() if value}, twice
