"""Cursors for lists: opaque to clients, checked on the way back in."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page: its items, and the cursor of the next or None at the end."""

    items: list[T]
    next: str | None


def encode_cursor(*parts: str | int | UUID) -> str:
    """Make an opaque cursor from the sort key of the last row given."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> list:
    """Read a cursor back; a cursor that is not ours is refused by name."""
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise _bad_cursor()
        return [_read(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except (ValueError, binascii.Error) as wrong:
        raise _bad_cursor() from wrong


def _read(part: object, kind: type) -> object:
    if kind is UUID and isinstance(part, str):
        return UUID(part)
    if type(part) is not kind or (isinstance(part, str) and "\x00" in part):
        raise ValueError(f"not a {kind.__name__}")
    return part


def _bad_cursor() -> Invalid:
    return Invalid.field("cursor", _("Use the cursor exactly as the page before gave it, or none."))
