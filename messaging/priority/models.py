"""How much a message matters, and who was asked to acknowledge it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Level(models.TextChoices):
    """What stands above a plain message."""

    IMPORTANT = "important", _("important")
    URGENT = "urgent", _("urgent")


class Priority(models.Model):
    """The level of one message, and what the clock has still to do about it.

    `next_at` is when somebody must be reminded or told, or the request ends; None when nothing is
    left to do.
    """

    message_id = models.UUIDField(primary_key=True)
    conversation_id = models.UUIDField()
    author_id = models.UUIDField(null=True)
    level = models.CharField(max_length=9, choices=Level.choices)
    asks = models.BooleanField(default=False)
    remind_after_min = models.PositiveIntegerField(null=True)
    escalate_to = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    # Of whom asked, kept with each answer: thousands are not counted again for every page. None in
    # rows that are older than these columns.
    asked_count = models.IntegerField(null=True)
    given_count = models.IntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "priorities"
        indexes = [
            models.Index(
                fields=["next_at"],
                name="messaging_priority_next",
                condition=Q(next_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.message_id}"


class Acknowledgement(models.Model):
    """One person who was asked to acknowledge one message; rows exist only where that was asked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.UUIDField()
    conversation_id = models.UUIDField()
    user_id = models.UUIDField()
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "user_id"], name="messaging_acknowledgement_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["user_id", "message_id"],
                name="messaging_acknowledgement_open",
                condition=Q(acknowledged_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.message_id}"
