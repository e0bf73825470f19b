"""A log of what the identity provider sent, for the admin: bounded, with secrets masked."""

import re
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest

from accounts.scim.models import ScimRequest
from accounts.scim.reading import read

KEPT = 2_000
"""The newest so many requests of an organisation."""

_LONGEST_BODY = 8_000
_TRIM_EVERY = 100
MASK = "••••••"
_SECRET = re.compile(r"passw|secret|token|credential|private", re.IGNORECASE)


def note(
    request: HttpRequest, *, token_id: UUID | None, status: int, detail: str, duration_ms: int
) -> None:
    """Write one request down; every now and then the oldest are forgotten."""
    row = ScimRequest.objects.create(
        token_id=token_id,
        method=(request.method or "")[:8],
        path=request.get_full_path()[:500].replace("\x00", ""),
        status=status,
        detail=detail[:500].replace("\x00", ""),
        body=_body(request),
        duration_ms=duration_ms,
    )
    if row.id.int % _TRIM_EVERY == 0:
        forget_oldest()


def forget_oldest() -> None:
    """Keep the newest requests only."""
    newest = ScimRequest.objects.order_by("-id").values("id")
    last = newest[KEPT : KEPT + 1].first()
    if last is not None:
        ScimRequest.objects.filter(id__lte=last["id"]).delete()


def masked(value: Any) -> Any:
    """The same with secrets replaced, by name, at whatever depth."""
    if isinstance(value, dict):
        is_secret = _SECRET.search(str(value.get("path", ""))) is not None
        return {
            name: MASK
            if _SECRET.search(str(name)) or (is_secret and str(name).lower() == "value")
            else masked(inner)
            for name, inner in value.items()
        }
    return [masked(one) for one in value] if isinstance(value, list) else value


def _body(request: HttpRequest) -> str:
    """What was sent, as far as it can be read: rubbish could hold a secret anywhere."""
    try:
        body = read(request.body)
        text = orjson.dumps(masked(body)).decode() if request.body else ""
    except (ValueError, OSError):
        return "(cannot be read)"
    return text[:_LONGEST_BODY].replace("\\u0000", "")
