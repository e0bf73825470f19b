"""Reads the demo's scripts: who said what, when, in answer to what, and how others reacted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

_FOLDER = Path(__file__).with_name("scripts")
_DAY = re.compile(r"== (\d+) (\d\d):(\d\d)")
_TODAY = re.compile(r"== now-(\d+)")
_LINE = re.compile(r"(  )?(\w+): (.+)")
_PAUSES_S = (47, 130, 75, 210, 95, 320, 60, 160)
"""How long people take to answer, in turn."""


@dataclass
class Line:
    """One message of a script."""

    number: int
    author: str
    text: str
    at: datetime
    answers: int | None = None
    reactions: list[tuple[str, str]] = field(default_factory=list)


def read(name: str, *, now: datetime) -> list[Line]:
    """The messages of a script in order; `answers` is the number of a thread's first message."""
    lines: list[Line] = []
    at, root = now, 0
    for raw in _rows(name):
        if raw.startswith("=="):
            at = _moment(raw, now)
        elif raw.startswith(("+", "  +")):
            emoji, *people = raw.strip().lstrip("+ ").split()
            lines[-1].reactions += [(emoji, person) for person in people]
        else:
            indent, author, text = _parts(raw)
            number = len(lines)
            root = root if indent else number
            at += timedelta(seconds=_PAUSES_S[number % len(_PAUSES_S)])
            answers = root if indent else None
            lines.append(Line(number, author, text.replace("\\n", "\n"), at, answers))
    return lines


def _rows(name: str) -> Iterator[str]:
    for raw in (_FOLDER / f"{name}.txt").read_text().splitlines():
        if raw.strip() and not raw.startswith("#"):
            yield raw


def _moment(raw: str, now: datetime) -> datetime:
    if found := _DAY.fullmatch(raw):
        days, hour, minute = map(int, found.groups())
        day = (now - timedelta(days=days)).date()
        return datetime.combine(day, time(hour, minute), tzinfo=UTC)
    if found := _TODAY.fullmatch(raw):
        return now - timedelta(minutes=int(found[1]))
    raise ValueError(f"not a beginning of a day: {raw!r}")


def _parts(raw: str) -> tuple[str | None, str, str]:
    found = _LINE.fullmatch(raw)
    if found is None:
        raise ValueError(f"not a line of a script: {raw!r}")
    indent, author, text = found.groups()
    return indent, author, text
