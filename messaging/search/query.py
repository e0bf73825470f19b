"""Reads what people type into the search: words, "phrases", -exclusions, `or`, and filters.

Pure: no database. Names of people and channels are looked up by the caller.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, Words

LONGEST_QUERY = 500
MOST_TERMS = 30

CLOSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""What is written side by side without spaces; the same as in `messaging_words`."""

FILTERS = ("from", "in", "before", "after", "on", "has", "is", "mentions")
_VALUES = {"has": ("file", "link"), "is": ("thread",), "mentions": ("me",)}

_PIECE = re.compile(
    r'(?P<minus>-?)(?:(?P<name>[a-zA-Z]{2,12}):(?=[^\s/])(?P<value>"[^"]*"?|\S+)'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+))'
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_IDENTIFIER = re.compile(r"\w+(?:[._@/+#-]+\w+)+")
_CLOSE_RUN = re.compile(f"[{CLOSE}]+")
_HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that must, or must not, be in a message; `others` are its alternatives."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False
    others: tuple["Term", ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """`from:ana`: a name that is known, and a value that is not looked up yet."""

    name: str
    value: str
    is_excluded: bool = False


@dataclass(slots=True)
class Query:
    """What is looked for. `since` and `until` are days; `until` is the day after the last."""

    terms: list[Term] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    hints: list[tuple[str, Words]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for: dots, dashes and the like alone."""
        return not (self.terms or self.filters or self.since or self.until)

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.is_excluded]


def parse(text: str, *, today: date) -> Query:
    """Read a search.

    What looks like a filter and is none is searched as words, a filter without a value is left
    out, and a hint says so.
    Errors  Invalid names `q`: nothing or too much to look for, or a filter's value that cannot be.
    """
    query = Query()
    is_or = False
    for minus, name, value, phrase, word in _pieces(_clean(text)):
        excluded = minus == "-"
        if word is not None and word.endswith(":") and word[:-1].lower() in FILTERS:
            name, value = word[:-1], ""
        if name is not None and name.lower() in FILTERS:
            value = (value or "").strip('"')
            if value.strip():
                _add_filter(query, name.lower(), value, excluded, today)
            else:
                query.hints.append((name, _no_value(name)))
            continue
        if name is not None:
            query.hints.append((name, _no_filter(name)))
            word = f"{name}:{value}"
        if word is not None and word.lower() == "or" and not excluded and query.terms:
            is_or = True
            continue
        _add_term(query, word if phrase is None else phrase, phrase is not None, excluded, is_or)
        is_or = False
    if len(query.terms) + len(query.filters) > MOST_TERMS:
        raise Invalid.field("q", _("Search for fewer words at once."), code="too_many")
    return query


def close_runs(text: str) -> list[str]:
    """The pieces of a word that are written side by side, such as 日本語."""
    return _CLOSE_RUN.findall(text)


def without_close(text: str) -> str:
    return _CLOSE_RUN.sub(" ", text)


def identifier_in(word: str) -> list[str] | None:
    """The parts of a word that is an identifier, such as ABC-123 or snake_case; None for others."""
    found = _IDENTIFIER.fullmatch(word.strip("._@/+#-"))
    if found is None:
        return None
    return [part for part in re.split(r"[._@/+#-]+", found[0].lower().replace("_", "-")) if part]


def _pieces(text: str) -> Iterator[tuple[str, str | None, str | None, str | None, str | None]]:
    for found in _PIECE.finditer(text):
        yield found["minus"], found["name"], found["value"], found["phrase"], found["word"]


def _clean(query: str) -> str:
    text = " ".join(query.split())
    if not text or "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Invalid.field("q", _("Say what to search for."), code="empty")
    if len(text) > LONGEST_QUERY:
        raise Invalid.field("q", _("A search has at most 500 characters."), code="too_long")
    return text


def _add_term(
    query: Query, text: str | None, is_phrase: bool, is_excluded: bool, is_or: bool
) -> None:
    if text is None or not _HAS_WORD.search(text):
        return
    term = Term(text, is_phrase, is_excluded)
    last = query.terms[-1] if query.terms else None
    if is_or and last is not None and not is_excluded and not last.is_excluded:
        query.terms[-1] = Term(last.text, last.is_phrase, False, (*last.others, term))
        return
    query.terms.append(term)


def _add_filter(query: Query, name: str, value: str, excluded: bool, today: date) -> None:
    if name in ("before", "after", "on"):
        if excluded:
            raise Invalid.field("q", _("A date cannot be excluded; use before: or after:."))
        _narrow(query, name, *_days(value, today))
        return
    choices = _VALUES.get(name)
    if choices is not None and value.lower() not in choices:
        words = _("%(name)s: takes %(values)s.") % {"name": name, "values": ", ".join(choices)}
        raise Invalid.field("q", words, code="bad_filter")
    query.filters.append(Filter(name, value if choices is None else value.lower(), excluded))


def _narrow(query: Query, name: str, first: date, following: date) -> None:
    """Before a month is before its first day, after it is from the day that follows it."""
    since = {"after": following, "on": first}.get(name)
    until = {"before": first, "on": following}.get(name)
    if since is not None:
        query.since = since if query.since is None else max(query.since, since)
    if until is not None:
        query.until = until if query.until is None else min(query.until, until)


def _days(value: str, today: date) -> tuple[date, date]:
    """The first day that a date names, and the one after its last: a day, a month or a year."""
    one = timedelta(days=1)
    named = {"today": today, "yesterday": today - one}.get(value.lower())
    if named is not None:
        return named, named + one
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), found[2], found[3]
        if day is not None:
            first = date(year, int(month), int(day))
            return first, first + one
        if month is not None:
            first = date(year, int(month), 1)
            return first, (first + timedelta(days=32)).replace(day=1)
        return date(year, 1, 1), date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        words = _("Write a date as 2026-11-20, a month as 2026-11, or today or yesterday.")
        raise Invalid.field("q", words, code="bad_date") from None


def _no_filter(name: str) -> Words:
    listed = ", ".join(f"{one}:" for one in FILTERS)
    words = _("%(name)s: is not a filter, so it was searched as a word. Filters are %(filters)s.")
    return words % {"name": name, "filters": listed}


def _no_value(name: str) -> Words:
    words = _("%(name)s: was left out: write its value right behind the colon.")
    return words % {"name": name}
