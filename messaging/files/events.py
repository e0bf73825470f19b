"""What can happen to files. Names are what people wrote, and stay out of here."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("file.uploaded", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class FileUploaded:
    """All bytes have arrived; nobody but the uploader knows of the file yet."""

    user_id: UUID
    file_id: UUID


@event("file.inspected", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class FileInspected:
    """It is known whether the file is harmless, and its thumbnail is made."""

    conversation_id: UUID
    message_id: UUID
    file_id: UUID
    scan: str


@event("file.replaced", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class FileReplaced:
    """The file has a new version; `restored` is the number of an old one that came back."""

    conversation_id: UUID
    message_id: UUID
    file_id: UUID
    version: int
    restored: int | None = None


@event("file.given", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class GivenFilesChanged:
    """Which files others shared with a person has changed, or the person has looked at them."""

    user_id: UUID


@event("file.deleted", stream=StreamKind.CONVERSATION, key="conversation_id")
@dataclass(frozen=True, slots=True)
class FileDeleted:
    conversation_id: UUID
    message_id: UUID
    file_id: UUID
