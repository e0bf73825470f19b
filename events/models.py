"""The journal: the ordered, gap-free record of events per stream."""

from django.db import models

from core.ids import new_id


class StreamKind(models.TextChoices):
    """Whose record a stream is."""

    CONVERSATION = "conversation"
    USER = "user"
    TENANT = "tenant"


class Stream(models.Model):
    """The counter row of one stream; its lock makes the order of `seq` the order of commit.

    A table of its own and not a column of the conversation: the row is rewritten with every event
    and stays small, and the journal needs to know nothing of conversations. `epoch` rises whenever
    it changes who may write here, so that what was allowed before is asked again.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12, choices=StreamKind.choices)
    last_seq = models.BigIntegerField(default=0, db_default=0)
    epoch = models.IntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Entry(models.Model):
    """One committed fact. `data` holds ids and small values, never text that people wrote."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stream_id = models.UUIDField()
    stream_kind = models.CharField(max_length=12, choices=StreamKind.choices)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=80)
    data = models.JSONField()
    actor_id = models.UUIDField(null=True)
    correlation_id = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream_id", "seq"], name="events_entry_stream_seq_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.stream_id}:{self.seq}"


class HandlerRun(models.Model):
    """Proof that a handler's effect for an entry is in the database; commits with the effect."""

    entry_id = models.UUIDField()
    handler = models.CharField(max_length=120)
    finished_at = models.DateTimeField()

    pk = models.CompositePrimaryKey("entry_id", "handler")

    def __str__(self) -> str:
        return f"{self.handler} {self.entry_id}"


class DeadLetter(models.Model):
    """An entry that a handler could not digest after all its attempts; the admin can replay it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    entry_id = models.UUIDField()
    handler = models.CharField(max_length=120)
    error = models.TextField()
    attempts = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="events_deadletter_newest")]

    def __str__(self) -> str:
        return f"{self.handler} {self.entry_id}"
