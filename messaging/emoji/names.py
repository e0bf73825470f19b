"""What counts as one emoji: a Unicode symbol, or the `:name:` of one of the organisation's own."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

LONGEST_EMOJI = 32
LONGEST_NAME = 50
NAME = re.compile(r"[a-z0-9][a-z0-9_+-]{0,49}")
_WRITTEN = re.compile(rf":({NAME.pattern}):")
_SYMBOLS = {"So", "Sm"}
_OTHER_EMOJI = "\u203c\u2049\u2139\u3030\u303d"
_JOINER = "\u200d"
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG = re.compile(_FLAG_LETTER.pattern + "{2}")
_CHANGES_LOOKS = re.compile("[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*")


def custom_name(emoji: str) -> str | None:
    """The name within `:name:`; None for anything else."""
    found = _WRITTEN.fullmatch(emoji)
    return None if found is None else found[1]


def clean_emoji(value: str) -> str:
    """Accept one emoji: a symbol with its modifiers, a joined sequence, a flag or a keycap.

    Also `:name:`; whether the organisation has one of that name is for the caller to ask.
    """
    if custom_name(value) is not None:
        return value
    emoji = unicodedata.normalize("NFC", value)
    if len(emoji) <= LONGEST_EMOJI and _is_emoji(emoji):
        return emoji
    raise Invalid.field("emoji", _("Give one Unicode emoji, percent-encoded in the address."))


def clean_name(value: str) -> str:
    """Accept the name of an emoji, in lower case."""
    name = value.strip().strip(":").lower()
    if not NAME.fullmatch(name):
        raise Invalid.field(
            "name", _("Use 1 to 50 letters a to z, digits, and the signs _ + - in between.")
        )
    return name


def _is_emoji(value: str) -> bool:
    if _KEYCAP.fullmatch(value) or _FLAG.fullmatch(value):
        return True
    return all(_is_one_symbol(part) for part in value.split(_JOINER))


def _is_one_symbol(part: str) -> bool:
    """One symbol, and after it nothing but what changes its looks."""
    return part != "" and _is_symbol(part[0]) and _CHANGES_LOOKS.fullmatch(part, 1) is not None


def _is_symbol(char: str) -> bool:
    if char < "\u00a9" or _FLAG_LETTER.fullmatch(char):
        return False
    category = unicodedata.category(char)
    # Unassigned characters of the emoji planes: newer than this Python's tables.
    is_new = category == "Cn" and "\U0001f000" <= char <= "\U0001faff"
    return category in _SYMBOLS or is_new or char in _OTHER_EMOJI
