"""Keeps the bytes of files, apart for each tenant, under names that we make ourselves."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

from django.conf import settings

from tenants.context import current_tenant, schema_of
from tenants.hooks import erases

CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of bytes that were stored."""

    storage_name: str
    size_bytes: int
    sha256: bytes


class Source(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class TooMuch(Exception):
    """There are more bytes than were allowed; nothing was kept."""


def keep(source: Source, *, file_id: UUID, most_bytes: int) -> Kept:
    """Store a file's bytes; the same id again replaces them, all at once.

    Errors  TooMuch.
    """
    name = f"{file_id.hex[-2:]}/{file_id.hex}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    digest, size = hashlib.sha256(), 0
    try:
        with part.open("wb") as target:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > most_bytes:
                    raise TooMuch
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Kept(name, size, digest.digest())


def open_kept(storage_name: str) -> IO[bytes]:
    """Open a stored file for reading.

    Errors  FileNotFoundError.
    """
    return _path(storage_name).open("rb")


@erases
def erase_files(slug: str) -> None:
    """Remove everything that a tenant stored."""
    schema_of(slug)
    shutil.rmtree(Path(settings.MEDIA_ROOT) / slug, ignore_errors=True)


def _path(storage_name: str) -> Path:
    """Where a stored file lies. Names come from the database, and are looked at all the same."""
    root = Path(settings.MEDIA_ROOT) / current_tenant()
    path = (root / storage_name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise FileNotFoundError(storage_name)
    return path
