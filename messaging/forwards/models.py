"""Forwards: messages that quote another one."""

from django.db import models


class Forward(models.Model):
    """What a message quotes: the words of its source as they were then, and who wrote them.

    The words are found with those of the message that quotes them (`messaging_said`).
    Where the source stands is not kept: it is asked for by `source_id`, by whoever looks, as they
    may. The words stay when the source is edited or deleted, as those of any quotation do.
    """

    message_id = models.UUIDField(primary_key=True)
    source_id = models.UUIDField()
    author_id = models.UUIDField(null=True)
    text = models.TextField(default="")
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["source_id"], name="messaging_forward_source")]

    def __str__(self) -> str:
        return f"{self.source_id} in {self.message_id}"
