"""What is committed and still owes something: a publish, or handlers that have not finished.

One table for all tenants, in the public schema, so that one sweep serves a thousand tenants. It
holds ids and type names only. A row is written in the transaction of its journal entry and deleted
when nothing is owed any more, so the table is as small as the backlog.
"""

from django.db import models


class OutboxItem(models.Model):
    """One journal entry that is not done with."""

    entry_id = models.UUIDField(primary_key=True)
    tenant = models.CharField(max_length=40)
    needs_handlers = models.BooleanField()
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="outbox_created")]

    def __str__(self) -> str:
        return f"{self.tenant} {self.entry_id}"
