"""Answers already given, so that a repeated request is answered and not done again."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class IdempotencyRecord(models.Model):
    """The answer that was given to a POST with an `Idempotency-Key`; kept for a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    operation = models.CharField(max_length=255)
    body_digest = models.BinaryField(max_length=32)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "key"], name="accounts_idempotency_unique")
        ]
        indexes = [models.Index(fields=["created_at"], name="accounts_idempotency_created")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
