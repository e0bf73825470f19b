"""Who may have a file: whoever may read the message it belongs to; before that its uploader."""

from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from messaging.files.models import File, Scan, Upload
from messaging.files.policy import limits
from messaging.messages import access as messages
from messaging.messages.access import Found, message_for


class Do(StrEnum):
    """Purposes for which a file is fetched."""

    READ = "read"
    REPLACE = "replace"
    DELETE = "delete"


_RETRY_AFTER_S = 5
_WHY_NOT = {
    Do.REPLACE: _(
        "Only who shared a file, and the channel's owners, may put another in its place."
    ),
    Do.DELETE: _("Only who shared a file, and the channel's owners, may delete it."),
}


def file_for(actor: Actor, file_id: UUID, do: Do = Do.READ) -> File:
    """Fetch a file for a purpose.

    Errors  NotFound where it does not exist, was deleted, or its message may not be known or was
            deleted; Forbidden where it is visible and the purpose is not allowed.
    """
    file = File.objects.filter(id=file_id).first()
    # Asked for with a file that does not exist, too: both refusals take equally long.
    found = _found(actor, file.message_id or file_id if file else file_id)
    if file is None or file.deleted_at is not None:
        raise NotFound("file")
    if file.message_id is None:
        if file.created_by_id is None or file.created_by_id != actor.user_id:
            raise NotFound("file")
        return file
    if found is None or found.message.deleted_at is not None:
        raise NotFound("file")
    if do is not Do.READ and not _may_change(actor, file, found):
        raise Forbidden("file", _WHY_NOT[do], do=do.value)
    return file


def check_bytes(scan: str) -> None:
    """Refuse the bytes of what is harmful, or not known to be harmless where that is asked for.

    Errors  Forbidden (`infected`), Conflict (`being_checked`).
    """
    if scan == Scan.INFECTED:
        words = _("This file is harmful. It is kept under lock and given to nobody.")
        raise Forbidden("file", words, code="infected")
    if scan in (Scan.PENDING, Scan.FAILED) and limits().holds_until_clean:
        words = _("This file is still being checked for harm. Try again in a moment.")
        raise Conflict("file", words, code="being_checked", retry_after_s=_RETRY_AFTER_S)


def own_upload(actor: Actor, upload_id: UUID, *, lock: bool = False) -> Upload:
    """Fetch an upload; nobody but who began it may know of it.

    Errors  NotFound.
    """
    rows = Upload.objects.select_for_update() if lock else Upload.objects
    upload = rows.filter(id=upload_id, owner_id=actor.user_id).first()
    if upload is None:
        raise NotFound("upload")
    return upload


def _may_change(actor: Actor, file: File, found: Found) -> bool:
    may = messages.allowed(actor, found.message, found.place)
    is_own = file.created_by_id is not None and file.created_by_id == actor.user_id
    return messages.Do.DELETE in may or (is_own and messages.Do.REPLY in may)


def _found(actor: Actor, message_id: UUID) -> Found | None:
    try:
        return message_for(actor, message_id, messages.Do.READ)
    except NotFound:
        return None
