"""The shapes of files and uploads in the REST API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from core.api import Body
from messaging.messages.schemas import FileView


class NewUpload(Body):
    """A file that somebody is about to send in parts of `part_bytes`."""

    name: str
    size_bytes: int


class UploadView(Schema):
    """`received` are the numbers of the parts that arrived; `file` is there once it is made."""

    id: UUID
    name: str
    size_bytes: int
    part_bytes: int
    part_count: int
    received: list[int]
    expires_at: datetime
    file: FileView | None


class PartAsked(Body):
    """`sha256` is base64; where it is given, other bytes are refused."""

    number: int
    sha256: Annotated[str | None, Field(max_length=44, pattern=r"^[A-Za-z0-9+/]{43}=$")] = None


class PartsAsked(Body):
    parts: Annotated[list[PartAsked], Field(min_length=1, max_length=100)]


class PartUrl(Schema):
    """`headers` are sent with the part; without them the store refuses it."""

    number: int
    url: str
    headers: dict[str, str]


class PartUrls(Schema):
    """Where to PUT the parts; the addresses end after some minutes, others can be asked for."""

    items: list[PartUrl]
    expires_in_s: int


class LinkView(Schema):
    url: str
    expires_at: datetime


class Replacement(Body):
    """`file_id` is an uploaded file that was not sent."""

    file_id: UUID


class FileVersionView(Schema):
    number: int
    name: str
    size_bytes: int
    created_by_id: UUID | None
    created_at: datetime
    url: str


class FileRights(Schema):
    """What one may do with a file beside opening it."""

    change: bool
    share: bool


class FileVersionList(Schema):
    items: list[FileVersionView]
    next: str | None
    can: FileRights


class SharedFileView(Schema):
    """A file and where it was sent; no place for whoever was given the file and sees no more."""

    file: FileView
    conversation_id: UUID | None
    message_id: UUID | None
    seq: int | None
    thread_id: UUID | None
    author_id: UUID | None
    created_at: datetime


class GivenFiles(Schema):
    """How many files one was given and has not looked for yet."""

    count: int


class SharedFilePage(Schema):
    items: list[SharedFileView]
    next: str | None
