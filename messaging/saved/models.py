"""What a person keeps for later, and when they want to be reminded of it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import new_id


class Saved(models.Model):
    """One message in one person's list for later.

    `remind_at` is when they want to hear of it; `reminded_at` says that they did. What is done
    stays, out of the way.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    message_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "message_id"], name="messaging_saved_unique")
        ]
        indexes = [
            models.Index(fields=["user_id", "id"], name="messaging_saved_list"),
            models.Index(
                fields=["remind_at"],
                name="messaging_saved_due",
                condition=Q(remind_at__isnull=False, reminded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} for {self.user_id}"
