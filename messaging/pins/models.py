"""Pins: what the members of a conversation keep at hand."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class Pin(models.Model):
    """A message that somebody pinned, for everyone in its conversation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="messaging_pin_unique"),
        ]
        indexes = [models.Index(fields=["conversation_id", "id"], name="messaging_pin_place")]

    def __str__(self) -> str:
        return f"pin on {self.message_id}"
