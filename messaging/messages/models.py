"""Messages, and every version they had."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone

from core.ids import new_id


class MessageKind(models.TextChoices):
    """Who speaks: a person, or the conversation itself."""

    TEXT = "text"
    SYSTEM = "system"


class SearchVector(Func):
    """What `words` was generated from at first; the first migration names it."""

    template = (
        "to_tsvector('simple', coalesce(%(expressions)s, ''))"
        " || to_tsvector('english', coalesce(%(expressions)s, ''))"
    )
    output_field = SearchVectorField()


class Message(models.Model):
    """One message. `seq` is the number of its creation in the conversation's journal.

    No foreign keys: their checks would lock the author's and the conversation's row with every
    message, and neither is ever deleted while messages refer to it. `text` is Markdown with
    `<@user-uuid>`, `<#conversation-uuid>`, `<!channel>`; it is None once deleted. `parts` is a mask
    that says what else it carries: `parts.Part`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation_id = models.UUIDField()
    seq = models.BigIntegerField()
    thread_id = models.UUIDField(null=True)
    author_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=6, choices=MessageKind.choices, default=MessageKind.TEXT)
    subtype = models.CharField(max_length=40, null=True)
    text = models.TextField(null=True)
    key = models.UUIDField()
    also_in_conversation = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    reply_count = models.IntegerField(default=0, db_default=0)
    last_reply_at = models.DateTimeField(null=True)
    parts = models.SmallIntegerField(default=0, db_default=0)
    # What the search sees; a trigger makes it of the text (`messaging_words`, migration 0014).
    words = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation_id", "seq"], name="messaging_message_conversation_seq_unique"
            ),
            models.UniqueConstraint(
                fields=["key", "author_id", "conversation_id"], name="messaging_message_key_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["thread_id", "seq"],
                name="messaging_message_thread",
                condition=Q(thread_id__isnull=False),
            ),
            # Without fastupdate: searches read the list of what is not filed yet, up to 4 MB of it,
            # and the insert that finds it full files all of it.
            GinIndex(fields=["words"], name="messaging_message_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.seq}"


class Revision(models.Model):
    """A version that a message had before it was edited or deleted; never destroyed here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message_id = models.UUIDField()
    number = models.PositiveIntegerField()
    text = models.TextField()
    edited_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "number"], name="messaging_revision_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id}#{self.number}"
