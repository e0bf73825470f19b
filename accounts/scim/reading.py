"""Bodies as they arrive: JSON that what works on it by recursion can be given."""

from typing import Any

import orjson

from core.json import given_twice

DEEPEST = 32
"""Levels of nesting; a resource has four, an operation of a bulk three more."""


def read(raw: bytes) -> Any:
    """The value that is sent; None for an empty body.

    Errors  ValueError for what is no JSON, names something twice or is deeper than `DEEPEST`.
    """
    if not raw:
        return None
    value = orjson.loads(raw)
    if (name := given_twice(raw, value)) is not None:
        raise ValueError(f"{name} is given twice")
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _within(outer)]
        if not level:
            return value
    raise ValueError(f"nested deeper than {DEEPEST} levels")


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
