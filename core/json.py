"""JSON as we write it everywhere (UUIDs as text, times in UTC with Z), and what we refuse of it."""

import re
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def dumps(value: Any) -> bytes:
    """Encode a value as JSON; words to be translated and paths are written as text."""
    return orjson.dumps(value, option=_OPTIONS, default=str)


_NAME = rb'("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?'
_TOKEN = re.compile(_NAME + rb"|[{}\[\],]")


def given_twice(raw: bytes, value: Any) -> str | None:
    """Where valid JSON names something twice, as `a.0.b`; None where it does not.

    `value` is what was read of it, in which only the last is left.
    """
    # Nearly always every colon is one after a name that was kept, and there is nothing to look for.
    if raw.count(b":") == _names_in(value):
        return None
    names: list[set[str] | None] = []
    at: list[str | int] = []
    for token in _TOKEN.finditer(raw):
        sign = token[0]
        if sign in (b"{", b"["):
            names.append(set() if sign == b"{" else None)
            at.append(0)
        elif sign in (b"}", b"]"):
            names.pop()
            at.pop()
        elif sign == b"," and names[-1] is None:
            at[-1] = int(at[-1]) + 1
        elif token[2] is not None and (known := names[-1]) is not None:
            at[-1] = name = str(orjson.loads(token[1]))
            if name in known:
                return ".".join(map(str, at))
            known.add(name)
    return None


def _names_in(value: Any) -> int:
    """How many names all objects in a value have, without recursion."""
    count, left = 0, [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            count += len(value)
            left += value.values()
        elif isinstance(value, list):
            left += value
    return count
