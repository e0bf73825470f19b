"""Finds whom a text calls on. Code is left alone: what stands in backticks calls on nobody."""

import re
from typing import NamedTuple
from uuid import UUID

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CALL = re.compile(rf"<@({_UUID})>|<!(channel|here)>|<&({_UUID})>", re.IGNORECASE)
_CODE = re.compile(r"(`{3,})[\s\S]*?(?:\1|\Z)|(`{1,2})(?!`).+?\2")

MOST_NAMED = 50
"""More people than these in one message are not told one by one; @channel is for that."""


MOST_GROUPS = 10


class Calls(NamedTuple):
    """Whom a message calls on."""

    people: tuple[UUID, ...] = ()
    everybody: bool = False
    here: bool = False
    groups: tuple[UUID, ...] = ()


def calls_in(text: str) -> Calls:
    """Whom a text calls on: people and groups, in order and each once, everybody, those here."""
    if "<" not in text:
        return Calls()
    people: dict[UUID, None] = {}
    groups: dict[UUID, None] = {}
    all_of = set()
    for found in _CALL.finditer(_CODE.sub(" ", text)):
        if found[1]:
            people.setdefault(UUID(found[1]))
        elif found[2]:
            all_of.add(found[2].lower())
        else:
            groups.setdefault(UUID(found[3]))
    return Calls(
        tuple(people)[:MOST_NAMED],
        "channel" in all_of,
        "here" in all_of,
        tuple(groups)[:MOST_GROUPS],
    )
