"""Where the built client's files are: Vite's manifest says which hashed file an entry became."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

FOLDER = "messaging/web"
MANIFEST = f"{FOLDER}/.vite/manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """The URLs a page loads for one entry of the build."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def _manifest_path() -> Path | None:
    collected = Path(settings.STATIC_ROOT or "") / MANIFEST
    found = str(collected) if collected.is_file() else finders.find(MANIFEST)
    return Path(found) if isinstance(found, str) else None


@cache
def _read(path: Path, _changed_ns: int) -> dict[str, dict]:
    return json.loads(path.read_text())


@dataclass(frozen=True, slots=True)
class Build:
    """A build as a whole: where it lies, and its files, relative to there."""

    folder: Path
    files: tuple[str, ...]
    entries: dict[str, str]

    def urls(self, *suffixes: str) -> list[str]:
        """The URLs of its files of these kinds."""
        return [_url(file) for file in self.files if file.endswith(suffixes)]


def build() -> Build | None:
    """The client as it is built; None while it is not."""
    path = _manifest_path()
    if path is None:
        return None
    chunks = _read(path, path.stat().st_mtime_ns)
    lists = [(c["file"], *c.get("css", ()), *c.get("assets", ())) for c in chunks.values()]
    files = tuple(sorted({file for files in lists for file in files}))
    entries = {name: chunk["file"] for name, chunk in chunks.items() if chunk.get("isEntry")}
    return Build(path.parent.parent, files, entries)


def entry(source: str) -> Entry | None:
    """The files of one entry, such as `src/main.tsx`; None while the client is not built.

    A new build is seen without a restart.
    """
    path = _manifest_path()
    if path is None:
        return None
    chunks = _read(path, path.stat().st_mtime_ns)
    chunk = chunks.get(source)
    if chunk is None:
        return None
    imported = [chunks[name] for name in chunk.get("imports", ())]
    styles = [style for each in (*imported, chunk) for style in each.get("css", ())]
    return Entry(
        script=_url(chunk["file"]),
        styles=tuple(_url(style) for style in dict.fromkeys(styles)),
        preloads=tuple(_url(each["file"]) for each in imported),
    )


def _url(file: str) -> str:
    return static(f"{FOLDER}/{file}")
