"""Mentions: which messages call on whom."""

from django.db import models

from core.ids import new_id


class Mention(models.Model):
    """A message that calls on a person; `seq` is the message's, to be counted past their cursor.

    Without a person it calls on everybody in the conversation: one row, however many they are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    author_id = models.UUIDField(null=True)
    seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation_id", "user_id", "seq"],
                name="messaging_mention_unique",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["message_id"], name="messaging_mention_message"),
            # The search for what calls on somebody, the newest first.
            models.Index(fields=["user_id", "message_id"], name="messaging_mention_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
