"""What text may contain. Text that people wrote is kept; names may not play tricks."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

MAX_TEXT = 40_000
"""Longest message, in code points."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_JOINERS = frozenset("\u200c\u200d")
"""Invisible by themselves, but Persian, Indic scripts and emoji need them inside a word."""
_TAGS = frozenset(chr(code) for code in range(0xE0020, 0xE0080))
"""They spell the flags of Scotland, Wales and their like."""
_HIDDEN = re.compile(
    # A tag that belongs to no flag.
    "(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
    # A joiner beside a Latin letter, or at either end: there it joins nothing.
    "|[A-Za-z0-9][\u200c\u200d]|[\u200c\u200d][A-Za-z0-9]|^[\u200c\u200d]|[\u200c\u200d]$"
)
"""Two names that look the same would be different ones by what is hidden in them."""
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that look like nothing."""


def clean_text(value: str, *, field: str = "text", longest: int = MAX_TEXT) -> str:
    """Accept text that people wrote, as they wrote it; refuse what cannot be stored or shown.

    Right-to-left overrides are kept: the client isolates them.
    """
    if _SURROGATES.search(value):
        raise Invalid.field(field, _("Text must be valid Unicode without lone surrogates."))
    if "\x00" in value:
        raise Invalid.field(field, _("Text may not contain the NUL character."))
    if len(value) > longest:
        raise Invalid.field(
            field,
            _("Text may have at most %(longest)d characters.") % {"longest": longest},
            code="too_long",
        )
    if not any(_is_seen(char) for char in value):
        raise Invalid.field(field, _("Write something first."), code="empty")
    return value


def clean_query(value: str, *, field: str = "q", longest: int = 200) -> str:
    """Accept what people type to filter a list; an empty one filters nothing."""
    if "\x00" in value:
        raise Invalid.field(field, _("Text may not contain the NUL character."))
    if len(value) > longest:
        raise Invalid.field(
            field,
            _("Text may have at most %(longest)d characters.") % {"longest": longest},
            code="too_long",
        )
    return " ".join(value.split())


def clean_name(value: str, *, field: str = "name", longest: int = 80) -> str:
    """Accept a one-line name: normalised, trimmed, with nothing in it that hides or reorders."""
    if _SURROGATES.search(value):
        raise Invalid.field(field, _("A name must be valid Unicode."))
    name = " ".join(unicodedata.normalize("NFC", value).split())
    does_hide = any(_hides(char) for char in name)
    if not does_hide and not any(_shows(char) for char in name):
        raise Invalid.field(field, _("A name is needed."), code="empty")
    if does_hide or _HIDDEN.search(name):
        raise Invalid.field(field, _("A name may not contain control or invisible characters."))
    if len(name) > longest:
        raise Invalid.field(
            field,
            _("A name may have at most %(longest)d characters.") % {"longest": longest},
            code="too_long",
        )
    return name


def repaired_name(value: str, *, longest: int = 80) -> str:
    """The nearest name that `clean_name` accepts; empty where there is nothing to show.

    For names that are given, as in an import: they are mended, where a person would be asked again.
    """
    kept = "".join(char for char in value if char.isspace() or not _hides(char))
    name = " ".join(unicodedata.normalize("NFC", kept).split())[:longest].rstrip()
    if _HIDDEN.search(name):
        return repaired_name("".join(char for char in name if char not in _JOINERS | _TAGS))
    return name if any(_shows(char) for char in name) else ""


def _is_seen(char: str) -> bool:
    """What leaves ink or an accent on the page: enough of it for a message."""
    if char.isspace() or char in _BLANK:
        return False
    return unicodedata.category(char) not in {"Cc", "Cf"}


def _hides(char: str) -> bool:
    """Controls, marks of direction and everything else that is there and not seen."""
    if char in _JOINERS or char in _TAGS:
        return False
    return char in _BLANK or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}


def _shows(char: str) -> bool:
    """Letters, numbers, punctuation and symbols; a name of accents and joiners alone is none."""
    return unicodedata.category(char)[0] in "LNPS"


def masked(value: object) -> str:
    """What the journal says of a secret, and of text that people wrote: whether there is any."""
    return "set" if value else "not set"
