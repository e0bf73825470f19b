"""Files of messages. Bytes lie in the tenant's own folder of the file storage."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class File(models.Model):
    """A file that belongs to one message and is seen by whoever may see that message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    storage_name = models.CharField(max_length=255)
    external_id = models.CharField(max_length=120, null=True, editable=False)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="messaging_file_external_unique")
        ]
        indexes = [models.Index(fields=["message_id"], name="messaging_file_message")]

    def __str__(self) -> str:
        return self.name
