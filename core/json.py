"""JSON as we write it everywhere: UUIDs as text, times in UTC with Z."""

from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def dumps(value: Any) -> bytes:
    """Encode a value as JSON; words to be translated and paths are written as text."""
    return orjson.dumps(value, option=_OPTIONS, default=str)
