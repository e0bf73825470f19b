"""Polls: what a message asks, and what people answered."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class Poll(models.Model):
    """The answers that a message offers; its text is the question."""

    message_id = models.UUIDField(primary_key=True)
    conversation_id = models.UUIDField()
    options = models.JSONField()
    is_multiple = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False)
    closes_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.message_id)


class PollVote(models.Model):
    """One answer of one voter.

    `voter_id` is the person's id; in an anonymous poll a code made of it that nobody can turn back
    without the service's own secret, so that the table does not tell who voted for what.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.UUIDField()
    voter_id = models.UUIDField()
    option = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "voter_id", "option"], name="messaging_pollvote_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.option} in {self.message_id}"
