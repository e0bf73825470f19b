"""Opens a zip that a stranger made. Nothing is ever unpacked to a path that the zip names."""

import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

MOST_MEMBERS = 500_000
MOST_JSON_BYTES = 32 * 2**30
"""Largest sum of all JSON of an export, unpacked."""
MOST_MEMBER_BYTES = 2 * 2**30
"""Largest single JSON file, unpacked. It is streamed: memory is no reason, patience is."""
MOST_RATIO = 400
"""Message logs shrink to a tenth or a hundredth; what shrinks further is a bomb."""
RATIO_MATTERS_FROM = 32 * 2**20

_DRIVE = re.compile(r"^[A-Za-z]:")
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


class NotAnExport(Exception):
    """The file as a whole cannot be imported; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Member:
    """One usable file of the zip, under a name that is safe to reason about."""

    name: str
    size_bytes: int
    info: zipfile.ZipInfo = field(repr=False, compare=False)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("/"))


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is left alone, and why."""

    name: str
    reason: str


class Archive:
    """The members of a zip, sorted into usable ones and refused ones."""

    def __init__(self, source: zipfile.ZipFile, *, json_limit: int = MOST_JSON_BYTES) -> None:
        self._zip = source
        self.members: dict[str, Member] = {}
        self.refused: list[Refused] = []
        self._sort(json_limit)

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open a zip for reading.

        Errors  NotAnExport where there is no such file, it is no zip, or it is a bomb.
        """
        try:
            source = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise NotAnExport(f"There is no file {path}.") from None
        except IsADirectoryError:
            raise NotAnExport(
                f"{path} is a folder; give the zip file as Slack delivers it."
            ) from None
        except OSError as wrong:
            raise NotAnExport(f"{path} cannot be read: {wrong.strerror or wrong}.") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, IndexError):
            raise NotAnExport(f"{path.name} is no zip file, or a damaged one.") from None
        with source:
            yield cls(source)

    @contextmanager
    def stream(self, member: Member) -> Iterator["Readable"]:
        """Read a member's bytes, at most as many as it declares.

        Errors  Unreadable, here or while reading, where it is damaged, overlaps another member or
                uses an unknown method.
        """
        try:
            opened = self._zip.open(member.info)
        except READ_ERRORS as wrong:
            raise Unreadable(_why(wrong)) from wrong
        with opened:
            yield Readable(opened)

    def read(self, member: Member) -> bytes:
        """All bytes of a member."""
        with self.stream(member) as stream:
            return stream.read()

    def _sort(self, json_limit: int) -> None:
        infos = self._zip.infolist()
        if len(infos) > MOST_MEMBERS:
            raise NotAnExport(f"The zip holds more than {MOST_MEMBERS:,} files.")
        times = Counter(info.filename for info in infos)
        json_bytes = 0
        for info in infos:
            if info.is_dir():
                continue
            name = _name(info)
            reason = _refusal(info, name) or (
                "another file of the same name is in the zip" if times[info.filename] > 1 else None
            )
            if reason is not None:
                self.refused.append(Refused(name, reason))
                continue
            if name.endswith(".json"):
                json_bytes += info.file_size
            self.members[name] = Member(name, info.file_size, info)
        if json_bytes > json_limit:
            raise NotAnExport(
                f"The zip would unpack to {json_bytes / 2**30:.0f} GiB of messages;"
                f" at most {json_limit / 2**30:.0f} GiB are accepted."
            )


class Readable:
    """A member's stream whose every failure is Unreadable, and nothing else's failure is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except READ_ERRORS as wrong:
            raise Unreadable(_why(wrong)) from wrong

    def seek(self, offset: int) -> int:
        try:
            return self._stream.seek(offset)
        except READ_ERRORS as wrong:
            raise Unreadable(_why(wrong)) from wrong


class Unreadable(Exception):
    """One member cannot be read; the message says why in a few words."""


READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What `zipfile` and the decompressors raise on damaged members."""


def _why(wrong: Exception) -> str:
    text = str(wrong)
    if "CRC" in text:
        return "damaged: its checksum is wrong"
    if "Overlapped" in text:
        return "it overlaps another file of the zip"
    return "damaged: it cannot be unpacked"


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name as UTF-8, which many tools write without saying so."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _refusal(info: zipfile.ZipInfo, name: str) -> str | None:
    """Why a member may not be used, or None."""
    parts = name.split("/")
    if name.startswith("/") or "\\" in info.orig_filename or _DRIVE.match(name):
        return "its name is absolute or not portable"
    if ".." in parts or "\x00" in info.orig_filename or "" in parts:
        return "its name leads out of the export"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a symbolic link"
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "it is encrypted"
    if name.endswith(".json") and info.file_size > MOST_MEMBER_BYTES:
        return f"it is larger than {MOST_MEMBER_BYTES // 2**30} GiB"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed by a method that is not supported"
    packed = max(1, info.compress_size)
    if info.file_size > RATIO_MATTERS_FROM and info.file_size / packed > MOST_RATIO:
        return "it unpacks to far more than it holds, like a zip bomb"
    return None
