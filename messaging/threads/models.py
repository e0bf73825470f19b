"""Who follows which thread, and up to where they have read it."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class Follow(models.Model):
    """One person and one thread. Whoever stopped following keeps the row: their choice lasts.

    `read_seq` is the `seq` up to which they have read the replies; what is unread is counted past
    it, never written per member.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    root_id = models.UUIDField()
    conversation_id = models.UUIDField()
    read_seq = models.BigIntegerField(default=0)
    is_following = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "root_id"], name="messaging_follow_unique")
        ]
        indexes = [models.Index(fields=["root_id"], name="messaging_follow_root")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.root_id}"
