"""What people have begun to write and not sent."""

from django.db import models

from core.ids import new_id


class Draft(models.Model):
    """One person's draft in a conversation, or in a thread of it.

    `version` rises with every change and never falls, also over emptying and beginning anew: by it
    a device tells whether it knows a newer one already. An empty text is no draft any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    conversation_id = models.UUIDField()
    thread_id = models.UUIDField(null=True)
    text = models.TextField(default="")
    version = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "conversation_id", "thread_id"],
                name="messaging_draft_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"
