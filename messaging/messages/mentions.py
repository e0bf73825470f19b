"""Finds whom a text calls on. Code is left alone: what stands in backticks calls on nobody."""

import re
from typing import NamedTuple
from uuid import UUID

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CALL = re.compile(rf"<@({_UUID})>|<!(channel|here)>", re.IGNORECASE)
_CODE = re.compile(r"(`{3,})[\s\S]*?(?:\1|\Z)|(`{1,2})(?!`).+?\2")

MOST_NAMED = 50
"""More people than these in one message are not told one by one; @channel is for that."""


class Calls(NamedTuple):
    """Whom a message calls on."""

    people: tuple[UUID, ...]
    everybody: bool


def calls_in(text: str) -> Calls:
    """The people a text names, in order and each once, and whether it calls on everybody."""
    if "<" not in text:
        return Calls((), False)
    people: dict[UUID, None] = {}
    everybody = False
    for found in _CALL.finditer(_CODE.sub(" ", text)):
        if found[1]:
            people.setdefault(UUID(found[1]))
        else:
            everybody = True
    return Calls(tuple(people)[:MOST_NAMED], everybody)
