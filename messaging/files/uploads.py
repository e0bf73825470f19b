"""Uploads: a file comes in parts, by signed addresses, and can go on where it was cut."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from core.text import clean_name
from events.journal import publish
from messaging.files import pictures, scanner, storage
from messaging.files.access import own_upload
from messaging.files.events import FileUploaded
from messaging.files.kinds import HEAD_BYTES, extension_of, kind_of
from messaging.files.models import File, FileVersion, Scan, Upload
from messaging.files.policy import limits
from messaging.files.storage import Incomplete, PartAddress, PartWish, StoreAway, StoredPart
from tenants.context import current_schema

PART_BYTES = 8 * 2**20
"""Well under the largest body that is taken, over the smallest part that S3 takes."""

MOST_PARTS = 10_000
URL_GOOD_FOR_S = 900
KEPT = timedelta(hours=48)
_MOST_OPEN = 200
_ASK_AGAIN_AFTER_S = 5


@contextmanager
def reaching_the_store() -> Iterator[None]:
    """Say that the files cannot be reached, where the store does not answer.

    Errors  Unavailable.
    """
    try:
        yield
    except StoreAway as away:
        words = _("The file store is not responding. Try again in a moment.")
        raise Unavailable("files", words, retry_after_s=_ASK_AGAIN_AFTER_S) from away


def begin_upload(actor: Actor, *, name: str, size_bytes: int) -> Upload:
    """Begin to upload a file.

    Errors  Invalid names `name` or `size_bytes`: too large, of a kind that is not taken, or more
            than the organisation's room.
    """
    if actor.user_id is None:
        raise Forbidden("upload", _("Only people can upload files."))
    name = _clean_file_name(name)
    _check_size(size_bytes)
    with transaction.atomic():
        _check_room(actor, size_bytes)
        upload = Upload.objects.create(
            owner_id=actor.user_id,
            name=name,
            size_bytes=size_bytes,
            part_bytes=PART_BYTES,
            storage_name=storage.new_name(),
            expires_at=timezone.now() + KEPT,
        )
    # Its room is taken; nobody else waits while a slow store is asked.
    try:
        with reaching_the_store():
            upload.handle = storage.begin_upload(upload.storage_name)
    except Unavailable:
        upload.delete()
        raise
    upload.save(update_fields=["handle"])
    return upload


def part_addresses(
    actor: Actor, *, upload_id: UUID, numbers: Sequence[int], sums: Mapping[int, str]
) -> dict[int, PartAddress]:
    """Where to send these parts by PUT. `sums` are SHA-256 in base64, for those that have one.

    Errors  NotFound; Conflict where the upload is finished; Invalid names `parts`.
    """
    upload = own_upload(actor, upload_id)
    if upload.file_id is not None:
        raise Conflict("upload", _("This upload is finished."), code="finished")
    sizes = _sizes(upload)
    if any(number not in sizes for number in numbers):
        words = _("The parts of this upload are numbered 1 to %(most)d.") % {"most": len(sizes)}
        raise Invalid.field("parts", words)
    if storage.wants_sums() and any(number not in sums for number in numbers):
        words = _("Give the SHA-256 of each part, in base64; the store checks what arrives by it.")
        raise Invalid.field("parts", words, code="no_checksum")
    wishes = [PartWish(number, sizes[number], sums.get(number)) for number in numbers]
    with reaching_the_store():
        found = storage.part_addresses(
            upload.storage_name, upload.handle, wishes, seconds=URL_GOOD_FOR_S
        )
    return dict(zip(numbers, found, strict=True))


def received(upload: Upload) -> list[int]:
    """The numbers of the parts that have arrived whole.

    Errors  Unavailable.
    """
    if upload.file_id is not None:
        return sorted(_sizes(upload))
    with reaching_the_store():
        arrived = storage.parts_of(upload.storage_name, upload.handle)
    return sorted(
        number for number, size in _sizes(upload).items() if _is_there(arrived, number, size)
    )


def complete_upload(actor: Actor, *, upload_id: UUID) -> File:
    """Make a file of the parts; asked again it is the same file.

    It belongs to no message yet, and its uploader alone may see it.

    Errors  NotFound; Conflict (`incomplete`) names the parts that are missing; Unavailable.
    """
    with reaching_the_store(), transaction.atomic():
        upload = own_upload(actor, upload_id, lock=True)
        if upload.file_id is not None:
            return _made(upload)
        arrived = storage.parts_of(upload.storage_name, upload.handle)
        sizes = _sizes(upload)
        missing = [n for n, size in sizes.items() if not _is_there(arrived, n, size)]
        if missing:
            raise _incomplete(missing)
        wanted = {number: arrived[number] for number in sizes}
        try:
            digest = storage.finish_upload(upload.storage_name, upload.handle, wanted)
        except Incomplete:
            raise _incomplete(list(sizes)) from None
        file = _file_of(upload, digest)
        upload.file_id = file.id
        upload.save(update_fields=["file_id"])
        publish(FileUploaded(upload.owner_id, file.id), by=actor)
        transaction.on_commit(
            lambda: storage.abandon_upload(upload.storage_name, upload.handle), robust=True
        )
    return file


def cancel_upload(actor: Actor, *, upload_id: UUID) -> None:
    """Give an upload up, and what has arrived of it.

    Errors  NotFound; Unavailable: then it is still there, and can be given up again.
    """
    with reaching_the_store(), transaction.atomic():
        upload = own_upload(actor, upload_id, lock=True)
        forget_bytes(upload)
        upload.delete()


def forget_bytes(upload: Upload) -> None:
    """Remove what has arrived of an upload that is no more; a finished one left nothing."""
    storage.abandon_upload(upload.storage_name, upload.handle)


def measure(storage_name: str, name: str, size_bytes: int) -> dict[str, Any]:
    """What stored bytes are, and how large a picture they show; names tell zips apart, no more."""
    with storage.open_kept(storage_name, end=HEAD_BYTES) as source:
        kind = kind_of(source.read(HEAD_BYTES), name)
    size = None
    if kind in pictures.MEASURED:
        with storage.open_to_seek(storage_name, size_bytes=size_bytes) as source:
            size = pictures.size_of(source)
    return {
        "content_type": kind,
        "width": size.width if size else None,
        "height": size.height if size else None,
    }


def _file_of(upload: Upload, digest: bytes) -> File:
    return File.objects.create(
        id=upload.id,
        name=upload.name,
        size_bytes=upload.size_bytes,
        sha256=digest,
        storage_name=upload.storage_name,
        created_by_id=upload.owner_id,
        created_at=upload.created_at,
        scan=Scan.PENDING if scanner.is_configured() else Scan.NONE,
        **measure(upload.storage_name, upload.name, upload.size_bytes),
    )


def _made(upload: Upload) -> File:
    file = File.objects.filter(id=upload.file_id).first()
    if file is None:
        raise NotFound("upload")
    return file


def _sizes(upload: Upload) -> dict[int, int]:
    """The size that each part must have, by number."""
    whole, rest = divmod(upload.size_bytes, upload.part_bytes)
    sizes = dict.fromkeys(range(1, whole + 1), upload.part_bytes)
    return sizes | ({whole + 1: rest} if rest else {})


def _is_there(arrived: Mapping[int, StoredPart], number: int, size: int) -> bool:
    part = arrived.get(number)
    return part is not None and part.size_bytes == size


def _clean_file_name(name: str) -> str:
    """The last piece of what may be a path, of whatever system."""
    clean = clean_name(name.replace("\\", "/").rpartition("/")[2], longest=255)
    # Windows keeps `tool.exe.` as `tool.exe`, and everywhere `..` is the folder above.
    kept = clean.rstrip(". ")
    if not kept:
        raise Invalid.field("name", _("A name is needed."), code="empty")
    ending = extension_of(kept)
    if ending in limits().refused_endings:
        words = _("Files ending in .%(ending)s are not accepted here.") % {"ending": ending}
        raise Invalid.field("name", words, code="type_refused")
    return clean


def _check_size(size_bytes: int) -> None:
    most = min(limits().most_file_bytes, MOST_PARTS * PART_BYTES)
    if size_bytes < 1:
        raise Invalid.field("size_bytes", _("The file is empty."), code="empty")
    if size_bytes > most:
        words = _("A file may be at most %(most)d MB here.") % {"most": most // 1_000_000}
        raise Invalid.field("size_bytes", words, code="too_large")


def _check_room(actor: Actor, size_bytes: int) -> None:
    """Count what is stored and what is on its way; one at a time, so that two do not both fit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{current_schema()}.files"])
    on_its_way = Upload.objects.filter(file_id=None)
    if on_its_way.filter(owner_id=actor.user_id).count() >= _MOST_OPEN:
        raise Conflict("upload", _("Finish or cancel some of your uploads first."), code="too_many")
    most = limits().most_total_bytes
    if most is None:
        return
    used = sum(
        rows.aggregate(total=Sum("size_bytes"))["total"] or 0
        for rows in (File.objects.all(), FileVersion.objects.all(), on_its_way)
    )
    if used + size_bytes > most:
        words = _("Your organisation's file storage is full. Ask its admins for more.")
        raise Invalid.field("size_bytes", words, code="no_room")


def _incomplete(missing: Sequence[int]) -> Conflict:
    listed = ", ".join(str(number) for number in missing[:100])
    words = _("These parts have not arrived: %(parts)s.") % {"parts": listed}
    return Conflict.field("parts", words, code="incomplete")
