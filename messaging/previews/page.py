"""Reads out of a page what it says of itself. Pages come from strangers: words only, and few."""

import codecs
import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from core.text import repaired_name
from messaging.previews.fetch import Fetched

_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([a-zA-Z0-9_-]{1,40})", re.IGNORECASE)
_TITLES = ("og:title", "twitter:title")
_DESCRIPTIONS = ("og:description", "twitter:description", "description")
_IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


class Page(NamedTuple):
    """What a page says of itself; without a title there is nothing to show."""

    title: str
    description: str
    site: str
    image_url: str | None


def read_page(fetched: Fetched) -> Page:
    """The title, description, name and picture of a page."""
    reader = _Head()
    try:
        reader.feed(_text(fetched))
        reader.close()
    except _Done:
        pass
    meta = reader.meta
    title = _first(meta, _TITLES) or reader.title
    image = _first(meta, _IMAGES)
    host = urlsplit(fetched.url).hostname or ""
    return Page(
        title=repaired_name(title, longest=200),
        description=repaired_name(_first(meta, _DESCRIPTIONS), longest=300),
        site=repaired_name(meta.get("og:site_name", ""), longest=80) or host[:80],
        image_url=urljoin(fetched.url, image.strip()) if image.strip() else None,
    )


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if meta.get(name)), "")


def _text(fetched: Fetched) -> str:
    found = _META_CHARSET.search(fetched.body[:4096])
    for name in (fetched.charset, found[1].decode() if found else None, "utf-8"):
        try:
            if name is not None and codecs.lookup(name)._is_text_encoding:
                return fetched.body.decode(name, errors="replace")
        except (LookupError, ValueError):
            continue
    return fetched.body.decode("utf-8", errors="replace")


class _Done(Exception):
    """The head is over; the rest of the page is of no interest."""


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.title = ""
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._is_in_title = not self.title
        elif tag == "meta":
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").lower()
            if name and len(self.meta) < 200:
                self.meta.setdefault(name, (given.get("content") or "")[:2000])
        elif tag == "body":
            raise _Done

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._is_in_title = False
        elif tag == "head":
            raise _Done

    def handle_data(self, data: str) -> None:
        if self._is_in_title and len(self.title) < 2000:
            self.title += data
