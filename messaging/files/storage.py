"""Keeps the bytes of files, apart for each tenant, under names that we make ourselves.

The port. Where the bytes lie is a setting: a folder of this machine (`disk`), or a bucket of an
object store that speaks S3 (`s3`).
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import IO, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from core.ids import new_id
from tenants.context import schema_of
from tenants.hooks import erases

CHUNK_BYTES = 1 << 18

_STORES = {
    "disk": "messaging.files.disk.DiskStore",
    "s3": "messaging.files.s3.S3Store",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of bytes that were stored."""

    storage_name: str
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class PartWish:
    """One part of an upload that somebody is about to send.

    `sha256` is base64, as S3 writes it; where it is given, other bytes than these are refused.
    """

    number: int
    size_bytes: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that has arrived. `tag` is the store's own name for its bytes.

    `sha256` is base64, where the store says what it checked the part by.
    """

    size_bytes: int
    tag: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PartAddress:
    """Where a part is sent by PUT, and the headers without which it is refused."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class TooMuch(Exception):
    """There are more bytes than were allowed; nothing was kept."""


class Incomplete(Exception):
    """Parts of an upload are missing, or not of the size they should have."""


class StoreAway(OSError):
    """The store does not answer, or not us. What was asked of it may be asked again."""


class Store(Protocol):
    """Where bytes lie. Every name belongs to the tenant in hand. All may raise StoreAway."""

    wants_sums: bool
    """Parts are taken with their checksum only."""

    def write(self, name: str, source: Source, *, most_bytes: int) -> Kept: ...

    def open(self, name: str, start: int, end: int | None) -> IO[bytes]: ...

    def remove(self, name: str) -> None: ...

    def erase(self, slug: str) -> None: ...

    def begin(self, name: str) -> str: ...

    def part_address(
        self, name: str, handle: str, part: PartWish, *, seconds: int
    ) -> PartAddress: ...

    def parts(self, name: str, handle: str) -> Mapping[int, StoredPart]: ...

    def finish(self, name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes: ...

    def abandon(self, name: str, handle: str) -> None: ...


@cache
def _store() -> Store:
    return import_string(_STORES[settings.CHANCERY_FILES])()


def new_name(file_id: UUID | None = None) -> str:
    """A name for bytes that come; spread over 256 folders."""
    id_ = file_id or new_id()
    return f"{id_.hex[-2:]}/{id_.hex}"


def keep(source: Source, *, file_id: UUID, most_bytes: int) -> Kept:
    """Store a file's bytes; the same id again replaces them, all at once.

    Errors  TooMuch.
    """
    return keep_as(new_name(file_id), source, most_bytes=most_bytes)


def keep_as(name: str, source: Source, *, most_bytes: int) -> Kept:
    """Store bytes under a name that was made before, such as that of a thumbnail.

    Errors  TooMuch.
    """
    return _store().write(name, source, most_bytes=most_bytes)


def open_kept(storage_name: str, *, start: int = 0, end: int | None = None) -> IO[bytes]:
    """Open a stored file for reading, from `start` up to and without `end`.

    Errors  FileNotFoundError; OSError where the store does not answer.
    """
    return _store().open(storage_name, start, end)


def open_to_seek(storage_name: str, *, size_bytes: int) -> IO[bytes]:
    """Open a stored file for readers that jump about in it, such as those of pictures.

    A store that is far away is asked for ranges, a bounded number of them, and never for the whole.
    """
    source = open_kept(storage_name, end=min(_Far.PIECE_BYTES, size_bytes))
    if source.seekable():
        return source
    with source:
        return io.BufferedReader(_Far(storage_name, size_bytes, source.read()), _Far.PIECE_BYTES)


class _Far(io.RawIOBase):
    """A stored file read by ranges. What it begins with is at hand already."""

    PIECE_BYTES = 1 << 18
    _MOST_ASKED = 40

    def __init__(self, name: str, size_bytes: int, head: bytes) -> None:
        self._name, self._size, self._head = name, size_bytes, head
        self._at, self._asked = 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, target: bytearray, /) -> int:  # type: ignore[override]
        end = min(self._at + len(target), self._size)
        if end <= self._at:
            return 0
        piece = self._head[self._at : end] or self._ask(end)
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _ask(self, end: int) -> bytes:
        self._asked += 1
        if self._asked > self._MOST_ASKED:
            raise OSError("too many pieces were asked for")
        with open_kept(self._name, start=self._at, end=end) as source:
            return source.read(end - self._at)


def remove_kept(storage_name: str) -> None:
    """Remove stored bytes; where there are none nothing happens."""
    _store().remove(storage_name)


def begin_upload(storage_name: str) -> str:
    """Begin to take a file in parts; returns the store's handle for it."""
    return _store().begin(storage_name)


def part_addresses(
    storage_name: str, handle: str, parts: Sequence[PartWish], *, seconds: int
) -> list[PartAddress]:
    """Where the parts are sent by PUT, each good for its number, its size and a few minutes."""
    store = _store()
    return [store.part_address(storage_name, handle, part, seconds=seconds) for part in parts]


def wants_sums() -> bool:
    """Say whether parts have to be announced with their checksums."""
    return _store().wants_sums


def parts_of(storage_name: str, handle: str) -> Mapping[int, StoredPart]:
    """The parts that have arrived, by number."""
    if not handle:
        return {}
    return _store().parts(storage_name, handle)


def finish_upload(storage_name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes:
    """Make one file of the parts; again is no harm. Returns the SHA-256 of the whole.

    Errors  Incomplete where parts went missing meanwhile.
    """
    return _store().finish(storage_name, handle, parts)


def abandon_upload(storage_name: str, handle: str) -> None:
    """Remove what has arrived of an upload; where there is nothing nothing happens."""
    if handle:
        _store().abandon(storage_name, handle)


@erases
def erase_files(slug: str) -> None:
    """Remove everything that a tenant stored."""
    schema_of(slug)
    _store().erase(slug)


def uploads_go_to() -> list[str]:
    """Origins besides our own that browsers send parts to; for the page's security policy."""
    origin = getattr(_store(), "public_origin", None)
    return [origin] if origin else []
