"""Files in a folder of this machine: `<data>/files/<tenant>/<two digits>/<name>`.

Parts of uploads wait in `<tenant>/uploads/<handle>/<number>` and come by URLs of our own, which are
signed the way an object store signs its: for one part, its size, and a few minutes.
"""

import base64
import hashlib
import hmac
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from django.conf import settings
from django.utils.crypto import salted_hmac

from core.ids import new_id
from messaging.files.storage import (
    CHUNK_BYTES,
    Incomplete,
    Kept,
    PartAddress,
    PartWish,
    Source,
    StoredPart,
    TooMuch,
)
from tenants.context import current_tenant

PART_PATH = "/files/parts/"
_HANDLE = re.compile(r"[0-9a-f]{32}")
_SALT = "messaging.files.part"


class BadPart(Exception):
    """The bytes are not those that the URL was signed for."""


class DiskStore:
    """The default: nothing but a disk is needed."""

    wants_sums = False

    def write(self, name: str, source: Source, *, most_bytes: int) -> Kept:
        path = _path(name)
        size, digest = _write(path, source, most_bytes=most_bytes)
        return Kept(name, size, digest)

    def open(self, name: str, start: int, end: int | None) -> IO[bytes]:
        file = _path(name).open("rb")
        file.seek(start)
        return file

    def remove(self, name: str) -> None:
        _path(name).unlink(missing_ok=True)

    def erase(self, slug: str) -> None:
        shutil.rmtree(Path(settings.MEDIA_ROOT) / slug, ignore_errors=True)

    def begin(self, name: str) -> str:
        handle = new_id().hex
        _folder(handle).mkdir(parents=True)
        return handle

    def part_address(self, name: str, handle: str, part: PartWish, *, seconds: int) -> PartAddress:
        expires = int(time.time()) + seconds
        query = {
            "uploadId": handle,
            "partNumber": part.number,
            "size": part.size_bytes,
            "sha256": part.sha256 or "",
            "expires": expires,
        }
        signature = _signature(handle, part, expires)
        return PartAddress(f"{PART_PATH}{name}?{urlencode(query | {'signature': signature})}")

    def parts(self, name: str, handle: str) -> Mapping[int, StoredPart]:
        folder = _folder(handle)
        if not folder.is_dir():
            return {}
        return {
            int(entry.name): StoredPart(entry.stat().st_size, entry.name)
            for entry in os.scandir(folder)
            if entry.name.isdigit()
        }

    def finish(self, name: str, handle: str, parts: Mapping[int, StoredPart]) -> bytes:
        folder = _folder(handle)
        paths = [folder / str(number) for number in sorted(parts)]
        try:
            with _Joined(paths) as source:
                _size, digest = _write(
                    _path(name),
                    source,
                    most_bytes=sum(part.size_bytes for part in parts.values()),
                )
        except (FileNotFoundError, TooMuch) as gone:
            raise Incomplete from gone
        return digest

    def abandon(self, name: str, handle: str) -> None:
        shutil.rmtree(_folder(handle), ignore_errors=True)


def is_signed(handle: str, part: PartWish, expires: int, signature: str) -> bool:
    """Say whether a URL for this part is one of ours, for this tenant, and still good."""
    good = hmac.compare_digest(_signature(handle, part, expires), signature)
    return good and expires >= time.time()


def take_part(handle: str, part: PartWish, source: Source) -> str:
    """Store a part; the same again replaces it. Returns its tag.

    Errors  BadPart where size or checksum differ, or the upload is gone: nothing is stored then.
    """
    folder = _folder(handle)
    if not folder.is_dir():
        raise BadPart
    arriving = folder / f"{part.number}.{new_id().hex}"
    try:
        size, digest = _write(arriving, source, most_bytes=part.size_bytes)
        said = part.sha256
        if size != part.size_bytes or (said and base64.b64encode(digest).decode() != said):
            raise BadPart
        arriving.replace(folder / str(part.number))
    except (TooMuch, FileNotFoundError) as wrong:
        # The folder may have been abandoned while the bytes came.
        raise BadPart from wrong
    finally:
        arriving.unlink(missing_ok=True)
    return digest.hex()


class _Joined:
    """Several files read as one."""

    def __init__(self, paths: list[Path]) -> None:
        self._left = list(reversed(paths))
        self._file: IO[bytes] | None = None

    def read(self, size: int, /) -> bytes:
        while True:
            if self._file is None:
                if not self._left:
                    return b""
                self._file = self._left.pop().open("rb")
            if chunk := self._file.read(size):
                return chunk
            self._file.close()
            self._file = None

    def __enter__(self) -> "_Joined":
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()


def _write(path: Path, source: Source, *, most_bytes: int) -> tuple[int, bytes]:
    """Write to a side file, sync, rename: a name never stands for half of its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    side = path.with_name(f"{path.name}.{new_id().hex}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with side.open("wb") as target:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > most_bytes:
                    raise TooMuch
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        side.replace(path)
    finally:
        side.unlink(missing_ok=True)
    return size, digest.digest()


def _signature(handle: str, part: PartWish, expires: int) -> str:
    words = [
        current_tenant(),
        handle,
        str(part.number),
        str(part.size_bytes),
        part.sha256 or "",
        str(expires),
    ]
    return salted_hmac(_SALT, "\n".join(words), algorithm="sha256").hexdigest()


def _folder(handle: str) -> Path:
    """Where the parts of an upload wait. Handles come from URLs, signed; looked at all the same."""
    if not _HANDLE.fullmatch(handle):
        raise BadPart
    return Path(settings.MEDIA_ROOT) / current_tenant() / "uploads" / handle


def _path(storage_name: str) -> Path:
    """Where a stored file lies. Names come from the database, and are looked at all the same."""
    root = Path(settings.MEDIA_ROOT) / current_tenant()
    path = (root / storage_name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise FileNotFoundError(storage_name)
    return path
