"""Reads JSON arrays record by record; what cannot be read is named, the rest goes on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ijson
import orjson

from integrations.slack.archive import Archive, Member, NotAnExport, Readable, Unreadable

WHOLE_UP_TO = 8 * 2**20
"""Files up to this size are parsed at once, which is ten times as fast; larger ones stream."""

MOST_RECORD_BYTES = 16 * 2**20
"""Largest record of a file that streams: it is held as a whole, and Slack's have some kilobytes."""

_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SPACE = " \t\r\n,"


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that cannot be used. `index` is its place in the file, None for the file itself."""

    file: str
    index: int | None
    reason: str
    kind: str = "messages"


type Numbered = tuple[int, dict[str, Any]]


def records(archive: Archive, member: Member, *, kind: str) -> Iterator[Numbered | Bad]:
    """The objects of a file that holds one JSON array."""
    try:
        if member.size_bytes <= WHOLE_UP_TO:
            yield from _checked(_whole(archive.read(member)), member.name, kind)
            return
        with archive.stream(member) as stream:
            yield from _checked(_streamed(stream), member.name, kind)
    except Unreadable as wrong:
        yield Bad(member.name, None, str(wrong), kind)


def must_be_array(archive: Archive, member: Member) -> None:
    """Refuse the whole export where a file that everything rests on is no JSON array.

    Errors  NotAnExport, one sentence.
    """
    try:
        for _ in _whole_or_streamed(archive, member):
            pass
    except (Unreadable, _Broken) as wrong:
        raise NotAnExport(f"{member.name} cannot be read: {wrong}.") from None


def _whole_or_streamed(archive: Archive, member: Member) -> Iterator[Any]:
    if member.size_bytes <= WHOLE_UP_TO:
        yield from _whole(archive.read(member))
        return
    with archive.stream(member) as stream:
        yield from _streamed(stream)


class _Broken(Exception):
    """The JSON ends being JSON at this place."""


def _checked(values: Iterator[Any], file: str, kind: str) -> Iterator[Numbered | Bad]:
    index = -1
    try:
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield index, value
            else:
                yield Bad(file, index, "it is no JSON object", kind)
    except _Broken as wrong:
        whole = index < 0
        yield Bad(file, None if whole else index + 1, str(wrong), kind)


def _whole(content: bytes) -> Iterator[Any]:
    try:
        values = orjson.loads(content)
    except (orjson.JSONDecodeError, RecursionError):
        yield from _salvaged(_text(content))
        return
    if not isinstance(values, list):
        raise _Broken("it is no JSON array")
    yield from values


def _text(content: bytes) -> str:
    """Decode what may be UTF-8 with a mark, UTF-16, or UTF-8 with broken places.

    Broken places become lone surrogates, by which their records are known later.
    """
    encoding = _BOMS.get(content[:2])
    if encoding is not None:
        return content.decode(encoding, errors="replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")


def _salvaged(text: str) -> Iterator[Any]:
    """Read an array as far as it is one: `orjson` is strict, and says nothing of the good part."""
    decoder = json.JSONDecoder(strict=False)
    at = _skip(text, 0)
    if at >= len(text):
        raise _Broken("it is empty")
    if text[at] != "[":
        raise _Broken("it is no JSON array")
    at = _skip(text, at + 1)
    while at < len(text) and text[at] != "]":
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise _Broken("from here on it is no valid JSON") from None
        yield value
        at = _skip(text, at)
    if at >= len(text):
        raise _Broken("it ends in the middle")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _streamed(stream: Readable) -> Iterator[Any]:
    started = False
    sips = _Sips(stream)
    try:
        for value in ijson.items(sips, "item", use_float=True):
            started = True
            yield value
            sips.begin_record()
    except (ijson.JSONError, UnicodeError, OverflowError, RecursionError):
        reason = "from here on it is no valid JSON" if started else "it is no JSON array"
        raise _Broken(reason) from None
    if not started and not _is_array_start(stream):
        raise _Broken("it is no JSON array")


class _Sips:
    """A stream that ends where one record goes on for too long to be held in memory."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._of_record = 0

    def begin_record(self) -> None:
        self._of_record = 0

    def read(self, size: int = -1) -> bytes:
        sip = self._stream.read(size)
        self._of_record += len(sip)
        if self._of_record > MOST_RECORD_BYTES:
            raise _Broken("it is too large, and so nothing after it was read")
        return sip


def _is_array_start(stream: Readable) -> bool:
    """Tell an empty array from another kind of value, which has no items either."""
    try:
        stream.seek(0)
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    except Unreadable:
        return False
