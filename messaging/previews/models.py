"""What pages that people link to say of themselves; one row per address."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class LinkPreview(models.Model):
    """A page as it was when it was fetched. Without a title there is nothing to show.

    The picture lies in the row, small and drawn anew: a browser never asks the page's own server.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url_hash = models.BinaryField(max_length=32)
    url = models.TextField()
    title = models.CharField(max_length=200, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")
    site = models.CharField(max_length=80, blank=True, default="")
    image = models.BinaryField(null=True)
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["url_hash"], name="messaging_linkpreview_url_unique")
        ]

    def __str__(self) -> str:
        return self.url
