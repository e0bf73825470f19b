"""What text may contain. Text that people wrote is kept; names may not play tricks."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

MAX_TEXT = 40_000
"""Longest message, in code points."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad]")


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
    if not value.strip():
        raise Invalid.field(field, _("Write something first."), code="empty")
    return value


def clean_name(value: str, *, field: str = "name", longest: int = 80) -> str:
    """Accept a one-line name: normalised, trimmed, with nothing in it that hides or reorders."""
    if _SURROGATES.search(value):
        raise Invalid.field(field, _("A name must be valid Unicode."))
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if _CONTROLS.search(name) or _BIDI.search(name) or _INVISIBLE.search(name):
        raise Invalid.field(field, _("A name may not contain control or invisible characters."))
    if not name:
        raise Invalid.field(field, _("A name is needed."), code="empty")
    if len(name) > longest:
        raise Invalid.field(
            field,
            _("A name may have at most %(longest)d characters.") % {"longest": longest},
            code="too_long",
        )
    return name
