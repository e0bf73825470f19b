"""What people say of themselves: a few words, and that they do not want to be disturbed."""

from django.db import models
from django.utils import timezone


class Status(models.Model):
    """One row per person who ever said something; what has expired counts for nothing."""

    user_id = models.UUIDField(primary_key=True)
    emoji = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    text = models.CharField(max_length=100, blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    dnd_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "statuses"

    def __str__(self) -> str:
        return str(self.user_id)
