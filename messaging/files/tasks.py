"""Work by the clock: what was begun and given up is tidied, and scans are tried again."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from messaging.files import services, uploads
from messaging.files.models import File, Scan, Upload

UNSENT_KEPT = timedelta(days=7)
_MOST_AT_ONCE = 500


@shared_task(name="files.tidy")
def tidy() -> None:
    """Forget uploads that were given up, and files that were never sent; ask the scanner again."""
    now = timezone.now()
    for upload in Upload.objects.filter(expires_at__lt=now)[:_MOST_AT_ONCE]:
        if upload.file_id is None:
            uploads.forget_bytes(upload)
        upload.delete()
    unsent = File.objects.filter(message_id=None, external_id=None)
    for file in unsent.filter(created_at__lt=now - UNSENT_KEPT)[:_MOST_AT_ONCE]:
        # Asked once more in the deletion itself: it may be sent at this moment.
        if File.objects.filter(id=file.id, message_id=None).delete()[0]:
            services.remove_bytes(file)
    waiting = File.objects.filter(scan__in=[Scan.PENDING, Scan.FAILED], deleted_at=None)
    for file_id in waiting.values_list("id", flat=True)[:_MOST_AT_ONCE]:
        services.inspect(file_id)
