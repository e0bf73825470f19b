"""What a message says without its Markdown, and the pieces of it that a hit shows."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from messaging.search.query import Term, close_runs, identifier_in

HIDDEN = "▒▒▒"
"""Stands for what its author hid as a spoiler."""

_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_LINE_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?)+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_SPOILER = re.compile(r"\|\|.+?\|\|", re.DOTALL)
_MARKS = re.compile(
    r"(?<![\w\\])_{1,3}(?=\S)|(?<=[^\s\\])_{1,3}(?!\w)|(?<!\\)\*{1,3}|(?<!\\)~~|(?<!\\)`+"
)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*$", re.MULTILINE)
_MENTION = re.compile(r"<[@#&!][0-9a-z-]+>")
_MARKED = re.compile(r"[\\`*_~#>\[|\n\t+-]|  ")
"""What is in a text that has any Markdown in it; most have none."""
_SPACE = re.compile(r"\s+")

_ROOM = 180
_BEFORE = 50


class Span(NamedTuple):
    """Characters from `start` up to, and without, `end`."""

    start: int
    end: int


def plain(text: str) -> str:
    """The words of a message in one line. Mentions stay as they are: clients write their names."""
    if not _MARKED.search(text):
        return text
    for pattern, put in (
        (_SPOILER, HIDDEN),
        (_FENCE, " "),
        (_TABLE_RULE, " "),
        (_LINE_MARKS, ""),
        (_LINK, r"\1"),
    ):
        text = pattern.sub(put, text)
    text = _ESCAPED.sub(r"\1", _MARKS.sub("", text))
    return _SPACE.sub(" ", text).strip()


def literal_pattern(terms: Iterable[Term]) -> re.Pattern[str] | None:
    """Finds words as they were typed; parts of addresses and close script among them."""
    patterns: list[str] = []
    for term in terms:
        for one in (term, *term.others):
            wanted = close_runs(one.text)
            parts = identifier_in(one.text)
            patterns += [re.escape(run) for run in wanted]
            if not wanted:
                words = r"\s+".join(re.escape(word) for word in one.text.split())
                patterns.append(rf"(?<!\w){words}(?!\w)")
            if parts is not None and len(parts) > 1:
                patterns.append(r"[._@/+#-]+".join(re.escape(part) for part in parts))
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


def literal_spans(text: str, pattern: re.Pattern[str] | None) -> list[Span]:
    """Where such words stand."""
    return [] if pattern is None else [Span(*hit.span()) for hit in pattern.finditer(text)]


def marked_spans(marked: str, begin: str, end: str) -> list[Span]:
    """Where a headline's marks stand, by the characters of the text without them."""
    found, at, started = [], 0, 0
    for piece in re.split(f"([{begin}{end}])", marked):
        if piece == begin:
            started = at
        elif piece == end:
            found.append(Span(started, at))
        else:
            at += len(piece)
    return found


def pieces(text: str, spans: Sequence[Span]) -> list[dict[str, object]]:
    """Cut a text down to what is around its first hits, in pieces that say whether they are one."""
    mentions = [Span(*found.span()) for found in _MENTION.finditer(text)]
    hits = _merged([span for span in spans if not _cuts(span, mentions)])
    window = _window(text, hits, mentions)
    said: list[dict[str, object]] = []
    at = window.start
    if window.start > 0:
        said.append({"text": "… ", "hit": False})
    for hit in hits:
        if hit.start < at or hit.end > window.end:
            continue
        if hit.start > at:
            said.append({"text": text[at : hit.start], "hit": False})
        said.append({"text": text[hit.start : hit.end], "hit": True})
        at = hit.end
    if at < window.end:
        said.append({"text": text[at : window.end], "hit": False})
    if window.end < len(text):
        said.append({"text": " …", "hit": False})
    return said


def _window(text: str, hits: Sequence[Span], mentions: Sequence[Span]) -> Span:
    first = hits[0] if hits else Span(0, 0)
    start = max(0, first.start - _BEFORE)
    end = min(len(text), max(first.end, start + _ROOM))
    if start > 0:
        start = text.find(" ", start, first.start) + 1 or start
    if end < len(text):
        end = (
            max(text.rfind(" ", first.end, end), first.end) if " " in text[first.end : end] else end
        )
    for mention in mentions:
        # Half an id says nothing to anybody.
        if mention.start < start < mention.end:
            start = mention.start
        if mention.start < end < mention.end:
            end = mention.end
    return Span(start, end)


def _cuts(span: Span, mentions: Sequence[Span]) -> bool:
    return any(span.start < one.end and one.start < span.end for one in mentions)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In order, and none over another."""
    found: list[Span] = []
    for span in sorted(one for one in spans if one.start < one.end):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
