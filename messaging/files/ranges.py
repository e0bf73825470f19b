"""Byte ranges of RFC 9110, as far as a download needs them: one range."""

import re
from typing import NamedTuple

_ONE = re.compile(r"bytes=(?:(\d{1,19})-(\d{1,19})?|-(\d{1,19}))", re.IGNORECASE)


class Span(NamedTuple):
    """Bytes from `start` up to, and without, `end`."""

    start: int
    end: int


class NotSatisfiable(Exception):
    """The range lies outside of the file."""


def span_of(header: str | None, size_bytes: int) -> Span | None:
    """The part that a Range header asks for; None for the whole.

    Several ranges, other units and nonsense are ignored, as the RFC allows.
    Errors  NotSatisfiable.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        if int(suffix) == 0 or size_bytes == 0:
            raise NotSatisfiable
        return Span(max(0, size_bytes - int(suffix)), size_bytes)
    start = int(first)
    if last is not None and int(last) < start:
        return None
    if start >= size_bytes:
        raise NotSatisfiable
    return Span(start, min(int(last) + 1 if last else size_bytes, size_bytes))
