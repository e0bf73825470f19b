"""Finds the links of a text that are worth a preview. Code is left alone."""

import re
from hashlib import sha256
from urllib.parse import urlsplit

MOST_LINKS = 3
LONGEST = 2_000
_CODE = re.compile(r"(`{3,})[\s\S]*?(?:\1|\Z)|(`{1,2})(?!`).+?\2")
_LINK = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_TRAILING = ".,:;!?'\"*_~"


def links_in(text: str | None) -> list[str]:
    """The first few addresses of a text, in order and each once."""
    if not text or "://" not in text:
        return []
    found: dict[str, None] = {}
    for match in _LINK.finditer(_CODE.sub(" ", text)):
        link = _trimmed(match[0])
        if len(link) <= LONGEST and _is_whole(link):
            found.setdefault(link)
    return list(found)[:MOST_LINKS]


def hash_of(url: str) -> bytes:
    """Under which an address is kept; what follows # is not sent to any server."""
    return sha256(url.partition("#")[0].encode()).digest()


def _trimmed(link: str) -> str:
    """Without the punctuation of the sentence that it stands in."""
    while link:
        last = link[-1]
        opens = {")": "(", "]": "["}.get(last)
        if last in _TRAILING or (opens and link.count(last) > link.count(opens)):
            link = link[:-1]
            continue
        # In [words](address) the bracket ends the address.
        return link
    return link


def _is_whole(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
