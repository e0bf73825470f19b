"""Reads SCIM filters (RFC 7644, 3.4.2.2) into a tree; what the tree means in SQL is elsewhere."""

import json
import re
from dataclasses import dataclass

from accounts.scim.errors import ScimError, invalid_filter, invalid_path

LONGEST = 4_000
MOST_TERMS = 100
DEEPEST = 20

COMPARISONS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<mark>[()\[\]])
      | (?P<word>[^\s()\[\]"]+)
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NAME = re.compile(r"[A-Za-z$][\w$-]*")


@dataclass(frozen=True)
class Name:
    """An attribute, by its schema where one is named, and one of its parts."""

    attribute: str
    sub: str = ""
    schema: str = ""


@dataclass(frozen=True)
class Compare:
    """`userName eq "bo"`."""

    name: Name
    operator: str
    value: str | bool | int | float | None


@dataclass(frozen=True)
class Present:
    """`title pr`."""

    name: Name


@dataclass(frozen=True)
class Not:
    """`not (…)`."""

    inner: "Filter"


@dataclass(frozen=True)
class Both:
    """`… and …`."""

    left: "Filter"
    right: "Filter"


@dataclass(frozen=True)
class Either:
    """`… or …`."""

    left: "Filter"
    right: "Filter"


@dataclass(frozen=True)
class Some:
    """`emails[type eq "work"]`: one of the values is like that."""

    name: Name
    inner: "Filter"


type Filter = Compare | Present | Not | Both | Either | Some


@dataclass(frozen=True)
class Path:
    """Where a PATCH operation works: an attribute, some of its values, a part of them."""

    name: Name
    where: Filter | None = None


def read_filter(text: str) -> Filter:
    """Read a whole filter.

    Errors  ScimError `invalidFilter`.
    """
    reader = _Reader(text)
    tree = reader.either()
    reader.end()
    return tree


def read_path(text: str) -> Path:
    """Read the path of a PATCH operation.

    Errors  ScimError `invalidPath`.
    """
    try:
        reader = _Reader(text)
        name = _name(reader.word())
        where = None
        if reader.take("["):
            where = reader.either()
            reader.expect("]")
            rest = reader.rest()
            if rest.startswith("."):
                name = Name(name.attribute, rest[1:], name.schema)
            elif rest:
                raise invalid_path("The path goes on after its end.")
        else:
            reader.end()
    except ScimError as wrong:
        raise invalid_path(f"The path {text[:100]!r} cannot be read.") from wrong
    return Path(name, where)


class _Reader:
    """Goes through the words of a filter, one after another."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST or "\x00" in text:
            raise invalid_filter(f"A filter has at most {LONGEST} characters, and no NUL.")
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise invalid_filter(f"The filter cannot be read from character {at + 1} on.")
            kind = found.lastgroup or ""
            self._tokens.append((kind, found[kind]))
            at = found.end()
        self._at = self._depth = self._terms = 0

    def either(self) -> Filter:
        """`a or b or c`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid_filter(f"A filter is nested at most {DEEPEST} deep.")
        tree = self._both()
        while self._take_word("or"):
            tree = Either(tree, self._both())
        self._depth -= 1
        return tree

    def word(self) -> str:
        """The next token, which must be a word."""
        kind, text = self._next()
        if kind != "word":
            raise invalid_filter(f"An attribute was expected, not {text[:40]!r}.")
        return text

    def take(self, mark: str) -> bool:
        """Go past this mark if it comes next."""
        if self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark):
            self._at += 1
            return True
        return False

    def expect(self, mark: str) -> None:
        """Go past this mark."""
        if not self.take(mark):
            raise invalid_filter(f"A {mark} is missing.")

    def rest(self) -> str:
        """What is left, which must be one word or nothing."""
        if self._at == len(self._tokens):
            return ""
        word = self.word()
        self.end()
        return word

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._tokens):
            raise invalid_filter(f"Unexpected {self._tokens[self._at][1][:40]!r}.")

    def _both(self) -> Filter:
        tree = self._one()
        while self._take_word("and"):
            tree = Both(tree, self._one())
        return tree

    def _one(self) -> Filter:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise invalid_filter(f"A filter has at most {MOST_TERMS} terms.")
        if self._take_word("not"):
            self.expect("(")
            return Not(self._closed())
        if self.take("("):
            return self._closed()
        return self._comparison()

    def _closed(self) -> Filter:
        tree = self.either()
        self.expect(")")
        return tree

    def _comparison(self) -> Filter:
        name = _name(self.word())
        if self.take("["):
            inner = self.either()
            self.expect("]")
            return Some(name, inner)
        operator = self.word().lower()
        if operator == "pr":
            return Present(name)
        if operator not in COMPARISONS:
            raise invalid_filter(f"There is no operator {operator[:40]!r}.")
        return Compare(name, operator, self._value())

    def _value(self) -> str | bool | int | float | None:
        kind, text = self._next()
        words = {"true": True, "false": False, "null": None}
        if kind == "word" and text.lower() in words:
            return words[text.lower()]
        if kind == "text" or (kind == "word" and _NUMBER.fullmatch(text)):
            try:
                value = json.loads(text)
            except ValueError as wrong:
                raise invalid_filter("A text in the filter cannot be read.") from wrong
            if isinstance(value, str) and any(
                c == "\x00" or "\ud800" <= c <= "\udfff" for c in value
            ):
                raise invalid_filter("A text in the filter holds characters that cannot be.")
            return value
        raise invalid_filter(f"A value was expected, not {text[:40]!r}.")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise invalid_filter("The filter ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take_word(self, word: str) -> bool:
        if self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind == "word" and text.lower() == word:
                self._at += 1
                return True
        return False


def _name(text: str) -> Name:
    """`emails.value`, `urn:…:User:department`, `urn:…:User` alone."""
    schema = ""
    if text.lower().startswith("urn:"):
        # The dots of "2.0" belong to the schema, which ends at its last colon.
        schema, _, text = text.rpartition(":")
        if "." in text and text.split(".")[0].isdigit():
            raise invalid_filter("The schema in the filter is not known.")
    attribute, _, sub = text.partition(".")
    for part in (attribute, *([sub] if sub else [])):
        if not _NAME.fullmatch(part):
            raise invalid_filter(f"{text[:60]!r} names no attribute.")
    return Name(attribute, sub, schema)
