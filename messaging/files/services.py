"""Attach files to messages, put new versions in their place, delete them, look into them."""

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, system_actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from events.journal import hold, publish
from messaging.files import papers, pictures, scanner, storage
from messaging.files.access import Do, file_for, file_held
from messaging.files.events import FileDeleted, FileInspected, FileReplaced
from messaging.files.models import File, FileGroupGrant, FilePersonGrant, FileVersion, Scan
from messaging.files.uploads import measure, reaching_the_store
from messaging.messages.access import moved_meanwhile
from messaging.messages.models import Message
from messaging.messages.parts import Part, brings
from tenants.context import current_tenant
from tenants.statements import hot_rows

MOST_FILES = 20
"""Most files of one message."""

_MOST_THUMBNAIL_BYTES = 4 * 2**20
_MOST_DRAWN_BYTES = 100 * 2**20
_OF_A_VERSION = (
    "name",
    "content_type",
    "size_bytes",
    "sha256",
    "storage_name",
    "width",
    "height",
    "thumbnail_name",
    "scan",
)


# Shared from now on, one after the other in the order in which they were named.
_ATTACH = """
UPDATE messaging_file f
   SET message_id = %s, conversation_id = %s,
       created_at = %s::timestamptz + named.n * interval '1 microsecond'
  FROM unnest(%s::uuid[]) WITH ORDINALITY AS named (id, n)
 WHERE f.id = named.id AND f.created_by_id = %s AND f.message_id IS NULL
   AND f.deleted_at IS NULL AND f.scan <> 'infected'
RETURNING f.id
"""


@brings(Part.FILES, "file_ids", speaks=True)
def attach(actor: Actor, message: Message, file_ids: Sequence[UUID]) -> None:
    """Give uploaded files to a new message, within its transaction.

    Errors  Invalid names `file_ids`; Conflict where the message's key was sent with others.
    """
    wanted = list(dict.fromkeys(file_ids))
    ids = set(wanted)
    if len(ids) > MOST_FILES:
        words = _("A message can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid.field("file_ids", words)
    given = hot_rows(
        _ATTACH, [message.id, message.conversation_id, timezone.now(), wanted, actor.user_id]
    )
    # After the update: where the same message is sent twice at once, it has waited for the other.
    if _were_sent_before(message, ids) or len(given) == len(ids):
        return
    words = _("Name files that you uploaded, each once; harmful ones are not taken.")
    raise Invalid.field("file_ids", words, code="no_file")


def replace_file(actor: Actor, *, file_id: UUID, with_file_id: UUID) -> File:
    """Put an uploaded file in the place of one that was shared; the version before is kept.

    Errors  NotFound and Forbidden by access; Invalid names `file_id`.
    """
    file = file_for(actor, file_id, Do.REPLACE)
    if file.message_id is None:
        raise Invalid.field("file_id", _("A file that has not been sent yet has no versions."))
    with transaction.atomic():
        file = file_held(file)
        newer = (
            File.objects.select_for_update()
            .filter(id=with_file_id, created_by_id=actor.user_id, message_id=None, deleted_at=None)
            .first()
        )
        if newer is None or newer.scan == Scan.INFECTED:
            words = _("Name a file that you uploaded and have not sent yet.")
            raise Invalid.field("file_id", words, code="no_file")
        newer.delete()
        _take_over(actor, file, newer)
        publish(FileReplaced(*_place_of(file), file.version), by=actor)
    return file


def restore_version(actor: Actor, *, file_id: UUID, number: int) -> File:
    """Bring an earlier version back, as the newest one; nothing in between is lost.

    Errors  NotFound where there is no such version; Forbidden by access.
    """
    file = file_for(actor, file_id, Do.REPLACE)
    with transaction.atomic():
        file = file_held(file)
        old = FileVersion.objects.filter(file_id=file.id, number=number).first()
        if old is None:
            raise NotFound("version")
        _take_over(actor, file, old)
        publish(FileReplaced(*_place_of(file), file.version, restored=number), by=actor)
    return file


def delete_file(actor: Actor, *, file_id: UUID) -> None:
    """Take a file out of sight; that it was there, and who deleted it, stays known.

    One that was never sent is removed with its bytes: nobody else has seen it.
    """
    file = file_for(actor, file_id, Do.DELETE)
    if file.message_id is None:
        _remove_unsent(file.id)
        return
    with transaction.atomic():
        file = file_held(file)
        file.deleted_at, file.deleted_by_id = timezone.now(), actor.user_id
        file.save(update_fields=["deleted_at", "deleted_by_id"])
        # What nobody can open any more is shared with nobody: no list, no review shows it.
        for grants in (FilePersonGrant, FileGroupGrant):
            grants.objects.filter(content_object_id=file.id).delete()
        publish(FileDeleted(*_place_of(file)), by=actor)


def inspect(file_id: UUID) -> None:
    """Have a file scanned and make its thumbnail; its readers are told.

    Nothing is locked while the bytes are read, and what was found out about bytes that are no
    longer the file's is thrown away.

    Errors  StoreAway, for whoever asked to try again.
    """
    seen = File.objects.filter(id=file_id, deleted_at=None).first()
    if seen is None:
        return
    changes: dict[str, Any] = {}
    if seen.scan in (Scan.PENDING, Scan.FAILED):
        changes["scan"] = _scanned(seen)
    if seen.thumbnail_name is None and changes.get("scan") != Scan.INFECTED:
        changes["thumbnail_name"] = _thumbnail(seen)
    changes = {name: value for name, value in changes.items() if value != getattr(seen, name)}
    if changes:
        _note(seen, changes)


def look_at_imported(file_id: UUID) -> None:
    """Find out what an imported file is: what it said of itself decides nothing.

    Quietly: nobody is told of what is years old, it is there when it is next looked at.

    Errors  StoreAway, for whoever asked to try again.
    """
    file = File.objects.filter(id=file_id, is_unseen=True).first()
    if file is None:
        return
    changes: dict[str, Any] = {"is_unseen": False}
    try:
        changes |= measure(file.storage_name, file.name, file.size_bytes)
        for name, value in changes.items():
            setattr(file, name, value)
        if file.scan in (Scan.PENDING, Scan.FAILED):
            changes["scan"] = _scanned(file)
        if changes.get("scan") != Scan.INFECTED and file.thumbnail_name is None:
            changes["thumbnail_name"] = _thumbnail(file)
    except FileNotFoundError:
        # Its bytes are lost; asking for it says so.
        changes = {"is_unseen": False}
    # A version that took its place meanwhile was looked at when it was uploaded.
    File.objects.filter(id=file_id, storage_name=file.storage_name).update(**changes)
    File.objects.filter(id=file_id).update(is_unseen=False)


def _note(seen: File, changes: dict[str, Any]) -> None:
    """Write down what was found out. The message is waited for, if the file is being sent."""
    with transaction.atomic():
        if seen.conversation_id is not None:
            hold(seen.conversation_id)
        file = File.objects.select_for_update().filter(id=seen.id).first()
        if file is None or file.storage_name != seen.storage_name:
            return
        if seen.conversation_id is not None and file.conversation_id != seen.conversation_id:
            raise moved_meanwhile()
        for name, value in changes.items():
            setattr(file, name, value)
        file.save(update_fields=[*changes])
        is_old = file.external_id is not None and file.version == 1
        if file.message_id is not None and file.deleted_at is None and not is_old:
            fact = FileInspected(*_place_of(file), scan=file.scan)
            publish(fact, by=system_actor(current_tenant()))


def _scanned(file: File) -> Scan:
    if not scanner.is_configured():
        return Scan.FAILED
    try:
        with storage.open_kept(file.storage_name) as source:
            return Scan.INFECTED if scanner.is_harmful(source) else Scan.CLEAN
    except (scanner.ScannerAway, OSError):
        # Asked again by the clock.
        return Scan.FAILED


def _thumbnail(file: File) -> str | None:
    if file.size_bytes > _MOST_DRAWN_BYTES or not _is_drawn(file):
        return None
    draw = papers.first_page_of if file.content_type == papers.KIND else pictures.thumbnail_of
    try:
        with storage.open_kept(file.storage_name) as source:
            drawn = draw(io.BytesIO(source.read()))
    except FileNotFoundError:
        return None
    if drawn is None:
        return None
    name = storage.new_name(new_id())
    storage.keep_as(name, io.BytesIO(drawn), most_bytes=_MOST_THUMBNAIL_BYTES)
    return name


def _is_drawn(file: File) -> bool:
    is_picture = file.content_type in pictures.MEASURED and file.width is not None
    return is_picture or file.content_type == papers.KIND


def _take_over(actor: Actor, file: File, source: File | FileVersion) -> None:
    """Keep what the file is now as a version, and make it what the source is."""
    last = FileVersion.objects.filter(file_id=file.id).aggregate(n=Max("number"))["n"] or 0
    FileVersion.objects.create(
        file_id=file.id,
        number=max(last + 1, file.version),
        created_by_id=file.version_by_id or file.created_by_id,
        created_at=file.version_at or file.created_at,
        **{name: getattr(file, name) for name in _OF_A_VERSION},
    )
    for name in _OF_A_VERSION:
        setattr(file, name, getattr(source, name))
    file.version = file.version + 1
    file.version_at, file.version_by_id = timezone.now(), actor.user_id
    file.save()


def _place_of(file: File) -> tuple[UUID, UUID, UUID]:
    assert file.conversation_id is not None
    assert file.message_id is not None
    return file.conversation_id, file.message_id, file.id


def _were_sent_before(message: Message, ids: set[UUID]) -> bool:
    """Say whether this is a message sent again. Its key is then refused by the database."""
    sent = Message.objects.filter(author_id=message.author_id, key=message.key)
    sent_id = sent.values_list("id", flat=True).first()
    if sent_id is None:
        return False
    if set(File.objects.filter(message_id=sent_id).values_list("id", flat=True)) != ids:
        words = _("This key was used for another message; make a new key for each message.")
        raise Conflict.field("key", words, code="key_reused")
    return True


def _remove_unsent(file_id: UUID) -> None:
    with reaching_the_store(), transaction.atomic():
        row = File.objects.select_for_update().filter(id=file_id, message_id=None).first()
        if row is None:
            raise NotFound("file")
        row.delete()
        remove_bytes(row)


def remove_bytes(file: File) -> None:
    """Remove the bytes of a file whose row goes in the same transaction, and was never shared.

    Errors  StoreAway: then the row stays.
    """
    for name in (file.storage_name, file.thumbnail_name):
        if name is not None:
            storage.remove_kept(name)
