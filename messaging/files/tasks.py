"""Work by the clock: what was begun and given up is tidied, and scans are tried again."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from messaging.files import services, uploads
from messaging.files.models import File, Scan, Upload
from messaging.files.storage import StoreAway

UNSENT_KEPT = timedelta(days=7)
_MOST_AT_ONCE = 500
_LOOKS_FOR_S = 45

logger = logging.getLogger("chancery.files")


@shared_task(name="files.tidy")
def tidy() -> None:
    """Forget uploads that were given up, and files that were never sent; ask the scanner again."""
    try:
        _forget_uploads()
        _forget_unsent()
        _inspect_again()
    except StoreAway as away:
        # Rows stay as long as their bytes do: the next hour goes on here.
        logger.warning("files are tidied later: %s", away)


@shared_task(name="files.look_at_imported")
def look_at_imported() -> None:
    """Find out what imported files are, the newest first; what is left is done next time."""
    ends_at = time.monotonic() + _LOOKS_FOR_S
    try:
        # Not all ids at once: an import may bring a million.
        while file_ids := _unseen():
            for file_id in file_ids:
                if time.monotonic() > ends_at:
                    return
                services.look_at_imported(file_id)
    except StoreAway as away:
        logger.warning("imported files are looked at later: %s", away)


def _unseen() -> list[UUID]:
    rows = File.objects.filter(is_unseen=True, deleted_at=None).order_by("-created_at")
    return list(rows.values_list("id", flat=True)[:_MOST_AT_ONCE])


def _forget_uploads() -> None:
    for upload in Upload.objects.filter(expires_at__lt=timezone.now())[:_MOST_AT_ONCE]:
        if upload.file_id is None:
            uploads.forget_bytes(upload)
        upload.delete()


def _forget_unsent() -> None:
    unsent = File.objects.filter(message_id=None, external_id=None)
    old = unsent.filter(created_at__lt=timezone.now() - UNSENT_KEPT)
    for file in old[:_MOST_AT_ONCE]:
        with transaction.atomic():
            # Asked once more in the deletion itself: it may be sent at this moment.
            if File.objects.filter(id=file.id, message_id=None).delete()[0]:
                services.remove_bytes(file)


def _inspect_again() -> None:
    waiting = File.objects.filter(
        scan__in=[Scan.PENDING, Scan.FAILED], deleted_at=None, is_unseen=False
    )
    for file_id in waiting.values_list("id", flat=True)[:_MOST_AT_ONCE]:
        services.inspect(file_id)
