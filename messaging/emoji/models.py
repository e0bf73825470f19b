"""An organisation's own emoji."""

from django.db import models
from django.utils import timezone

from core.ids import new_id


class CustomEmoji(models.Model):
    """A small picture with a name, written `:name:`; drawn anew when it came, never as uploaded.

    The picture lies in the row: it is smaller than a page of text, and goes where the row goes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=50, db_collation="C")
    image = models.BinaryField()
    content_type = models.CharField(max_length=20)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="messaging_customemoji_name_unique")
        ]

    def __str__(self) -> str:
        return f":{self.name}:"
