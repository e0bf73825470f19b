"""Who may have a file: whoever may read the message it belongs to, or was granted the file alone.

Before it is sent: its uploader.
"""

from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.groups.selectors import group_ids_in_sql
from accounts.people.models import User
from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.permissions import Permission
from events.journal import hold
from messaging.files.granted import IS_GRANTED
from messaging.files.models import File, FileGroupGrant, FilePersonGrant, FilePolicy, Scan, Upload
from messaging.files.policy import limits
from messaging.messages import access as messages
from messaging.messages.access import Found, message_for
from messaging.messages.models import Message
from tenants.statements import hot_rows


class Do(StrEnum):
    """Purposes for which a file is fetched."""

    READ = "read"
    REPLACE = "replace"
    DELETE = "delete"
    SHARE = "share"


_RETRY_AFTER_S = 5
_WHY_NOT = {
    Do.REPLACE: _("Only the person who shared a file and the channel's owners may replace it."),
    Do.DELETE: _("Only the person who shared a file and the channel's owners may delete it."),
    Do.SHARE: _(
        "Only the person who sent a file and the channel's owners may share it with others."
    ),
}


def every_sent_file() -> QuerySet[File]:
    """The files that somebody may open."""
    there = Message.objects.filter(id=OuterRef("message_id"), deleted_at=None)
    return File.objects.filter(Exists(there), deleted_at=None)


def file_for(actor: Actor, file_id: UUID, do: Do = Do.READ) -> File:
    """Fetch a file for a purpose.

    Errors  NotFound where it does not exist, was deleted, or its message may not be known or was
            deleted, unless the file itself was granted; Forbidden where it is visible and the
            purpose is not allowed.
    """
    file = File.objects.filter(id=file_id).first()
    # Asked for with a file that does not exist, too: both refusals take equally long.
    found = _found(actor, file.message_id or file_id if file else file_id)
    is_granted = found is None and _is_granted(actor, file_id)
    if file is None or file.deleted_at is not None:
        raise NotFound("file")
    if file.message_id is None:
        if file.created_by_id is None or file.created_by_id != actor.user_id:
            raise NotFound("file")
        return file
    if not is_granted and (found is None or found.message.deleted_at is not None):
        raise NotFound("file")
    if do is not Do.READ and not _may_change(actor, file, found, do):
        raise Forbidden("file", _WHY_NOT[do], do=do.value)
    return file


def allowed(actor: Actor, file: File) -> frozenset[Do]:
    """What the actor may do with a file that they may open."""
    if file.message_id is None:
        return frozenset(Do)
    found = _found(actor, file.message_id)
    return frozenset(do for do in Do if do is Do.READ or _may_change(actor, file, found, do))


def may_share(actor: Actor) -> bool:
    """Say whether the actor is of those who share files outside of their conversation at all."""
    return not actor.is_guest and current(FilePolicy).shares_outside


def file_held(file: File) -> File:
    """The file as it is once nothing else can happen in its conversation.

    Errors  Conflict where its message was moved, or it was deleted meanwhile.
    """
    assert file.conversation_id is not None
    hold(file.conversation_id)
    row = File.objects.select_for_update().get(id=file.id)
    if row.conversation_id != file.conversation_id:
        raise messages.moved_meanwhile()
    if row.deleted_at is not None:
        raise Conflict("file", _("This file was deleted."), code="deleted")
    return row


def file_to_share(actor: Actor, file_id: UUID) -> File:
    """Fetch a file in order to grant it to people who do not see its conversation.

    Errors  as `file_for`; Forbidden for guests, and where the organisation does not allow it.
    """
    file = file_for(actor, file_id, Do.SHARE)
    if actor.is_guest:
        raise Forbidden("file", _("Guests cannot share files with others."))
    if not current(FilePolicy).shares_outside:
        words = _("Your organisation does not allow files to be shared outside their conversation.")
        raise Forbidden("file", words, code="not_shared_outside")
    return file


def file_with_grants(actor: Actor, file_id: UUID) -> File:
    """Fetch a file in order to see whom it is granted to, or to take that back.

    Whoever looks after all channels may, without seeing what is in it.
    Errors  as `file_for`.
    """
    manages = actor.may(Permission.CHANNELS_MANAGE_ANY)
    file = every_sent_file().filter(id=file_id).first() if manages else None
    return file or file_for(actor, file_id, Do.SHARE)


def opens_granted(actor: Actor) -> bool:
    """Say whether grants of single files count for the actor: their organisation decides that."""
    policy = current(FilePolicy)
    may_be_given = policy.shares_outside and (policy.shares_with_guests or not actor.is_guest)
    # A token that was made for some channels reaches nothing beside them.
    return may_be_given and actor.user_id is not None and actor.conversation_ids is None


def newly_given(actor: Actor) -> QuerySet[File]:
    """The files that were shared with the actor, or a group of theirs, since they last looked.

    What they sent themselves is no news to them.
    """
    if actor.user_id is None or not opens_granted(actor):
        return File.objects.none()
    person = User.objects.filter(id=actor.user_id)
    seen_at = person.values_list("given_seen_at", flat=True).first()
    by_name = FilePersonGrant.objects.filter(user_id=actor.user_id, is_new=True)
    to_groups = FileGroupGrant.objects.filter(
        group_id__in=group_ids_in_sql(actor.user_id), given_at__isnull=False
    ).exclude(content_object__created_by_id=actor.user_id)
    if seen_at is not None:
        to_groups = to_groups.filter(given_at__gt=seen_at)
    new = by_name.values("content_object_id").union(to_groups.values("content_object_id"))
    return every_sent_file().filter(id__in=new)


def check_bytes(scan: str) -> None:
    """Refuse the bytes of what is harmful, or not known to be harmless where that is asked for.

    Errors  Forbidden (`infected`), Conflict (`being_checked`).
    """
    if scan == Scan.INFECTED:
        words = _("This file is harmful. It is quarantined and cannot be opened.")
        raise Forbidden("file", words, code="infected")
    if scan in (Scan.PENDING, Scan.FAILED) and limits().holds_until_clean:
        words = _("This file is still being scanned. Try again in a moment.")
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


def _may_change(actor: Actor, file: File, found: Found | None, do: Do) -> bool:
    if found is None:
        # Granted: to be opened, and nothing else.
        return False
    may = messages.allowed(actor, found.message, found.place)
    is_own = file.created_by_id is not None and file.created_by_id == actor.user_id
    # Sharing changes nothing in the conversation: it need not be open.
    needed = messages.Do.READ if do is Do.SHARE else messages.Do.REPLY
    return messages.Do.DELETE in may or (is_own and needed in may)


def _is_granted(actor: Actor, file_id: UUID) -> bool:
    ((granted,),) = hot_rows(IS_GRANTED, [file_id, *[actor.user_id] * 2])
    # The policy is looked at for those alone who were given it: all others are refused alike.
    return granted and opens_granted(actor)


def _found(actor: Actor, message_id: UUID) -> Found | None:
    try:
        return message_for(actor, message_id, messages.Do.READ)
    except NotFound:
        return None
