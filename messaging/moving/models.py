"""What was moved from one conversation to another, so that it can be found, and taken back."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class Move(models.Model):
    """One act of moving messages to another conversation.

    `lines` are the two lines of the system that tell of it. `aside` is what could not come along,
    by feature, for the way back: ids alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by_id = models.UUIDField(null=True)
    from_id = models.UUIDField()
    to_id = models.UUIDField()
    lines = models.JSONField(default=list)
    aside = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.from_id} to {self.to_id}"


class MovedMessage(models.Model):
    """Where one message stood before a move; `after_thread_id` is the thread it was moved with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    move = models.ForeignKey(Move, on_delete=models.CASCADE, related_name="messages")
    message_id = models.UUIDField()
    seq = models.BigIntegerField()
    thread_id = models.UUIDField(null=True)
    also_in_conversation = models.BooleanField(default=False)
    after_thread_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "move"], name="messaging_movedmessage_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} was {self.seq}"
