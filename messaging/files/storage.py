"""Keeps the bytes of files, apart for each tenant, under names that we make ourselves.

The port. Where the bytes lie is a setting: a folder of this machine (`disk`), or a bucket of an
object store that speaks S3 (`s3`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """A part that has arrived. `tag` is the store's own name for its bytes."""

    size_bytes: int
    tag: str


class Source(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class TooMuch(Exception):
    """There are more bytes than were allowed; nothing was kept."""


class Incomplete(Exception):
    """Parts of an upload are missing, or not of the size they should have."""


class Store(Protocol):
    """Where bytes lie. Every name belongs to the tenant in hand."""

    def write(self, name: str, source: Source, *, most_bytes: int) -> Kept: ...

    def open(self, name: str, start: int, end: int | None) -> IO[bytes]: ...

    def remove(self, name: str) -> None: ...

    def erase(self, slug: str) -> None: ...

    def begin(self, name: str) -> str: ...

    def part_url(self, name: str, handle: str, part: PartWish, *, seconds: int) -> str: ...

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


def remove_kept(storage_name: str) -> None:
    """Remove stored bytes; where there are none nothing happens."""
    _store().remove(storage_name)


def begin_upload(storage_name: str) -> str:
    """Begin to take a file in parts; returns the store's handle for it."""
    return _store().begin(storage_name)


def part_urls(
    storage_name: str, handle: str, parts: Sequence[PartWish], *, seconds: int
) -> list[str]:
    """Where the parts are sent by PUT, each good for its number, its size and a few minutes."""
    return [_store().part_url(storage_name, handle, part, seconds=seconds) for part in parts]


def parts_of(storage_name: str, handle: str) -> Mapping[int, StoredPart]:
    """The parts that have arrived, by number."""
    return _store().parts(storage_name, handle)


def finish_upload(storage_name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes:
    """Make one file of the parts; again is no harm. Returns the SHA-256 of the whole.

    Errors  Incomplete where parts went missing meanwhile.
    """
    return _store().finish(storage_name, handle, parts)


def abandon_upload(storage_name: str, handle: str) -> None:
    """Remove what has arrived of an upload; where there is nothing nothing happens."""
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
