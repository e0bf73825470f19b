"""Messages that wait for their time."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import new_id


class Scheduled(models.Model):
    """A message to be sent later, as its author. Its id is the key under which it is sent.

    Once sent the row is gone: the message stands for it. `failure` says why it could not be sent;
    it then waits for its author.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    conversation_id = models.UUIDField()
    thread_id = models.UUIDField(null=True)
    also_in_conversation = models.BooleanField(default=False)
    text = models.TextField()
    send_at = models.DateTimeField()
    failure = models.CharField(max_length=40, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "send_at"], name="messaging_scheduled_list"),
            models.Index(
                fields=["send_at"],
                name="messaging_scheduled_due",
                condition=Q(failure__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} at {self.send_at}"
