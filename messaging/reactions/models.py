"""Reactions: one emoji of one person on one message."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class Reaction(models.Model):
    """An emoji is stored as the Unicode characters themselves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.UUIDField()
    user_id = models.UUIDField()
    emoji = models.CharField(max_length=64, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "emoji", "user_id"], name="messaging_reaction_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.emoji} on {self.message_id}"
