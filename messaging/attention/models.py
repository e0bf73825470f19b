"""Mentions: which messages call on whom."""

from django.db import models

from core.ids import new_id


class Mention(models.Model):
    """A message that calls on a person; `seq` is the message's, to be counted past their cursor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "conversation_id", "seq"], name="messaging_mention_unique"
            )
        ]
        indexes = [models.Index(fields=["message_id"], name="messaging_mention_message")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
