"""Messages, and every version they had."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.counted import concerned, people_here
from accounts.policies.models import Policy
from core.errors import Words
from core.ids import new_id


class Viewers(models.TextChoices):
    """To whom something is shown, among those who may read a message."""

    EVERYONE = "everyone", _("everyone")
    MANAGERS = "managers", _("the channel's owners and the organisation's admins")
    NOBODY = "nobody", _("nobody")


class MessagePolicy(Policy):
    """What an organisation decides about messages."""

    versions_shown_to = models.CharField(
        _("earlier versions of edited messages are shown to"),
        max_length=8,
        choices=Viewers.choices,
        default=Viewers.EVERYONE,
        help_text=_("They are kept in any case."),
    )
    tells_joins = models.BooleanField(
        _("say in a channel who joined and left"),
        default=True,
        help_text=_("System messages do not make a channel unread."),
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("message policy")

    def consequences(self, before: "MessagePolicy") -> Iterable[Words]:
        """Who gains or loses sight of how many messages' earlier versions."""
        if self.versions_shown_to != before.versions_shown_to:
            edited = Message.objects.filter(edited_at__isnull=False, deleted_at=None).count()
            words = _("The earlier versions of %(count)d messages will be shown to: %(who)s.")
            yield words % {"count": edited, "who": Viewers(self.versions_shown_to).label}
        yield concerned(people_here())


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


class Slots(Func):
    """The pieces of time that an id is in (`messaging.search.slots`); migration 0033 makes it."""

    function = "messaging_slots"
    output_field = ArrayField(models.IntegerField())


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
            # In all conversations: a message sent again is found wherever it was moved meanwhile.
            models.UniqueConstraint(
                fields=["key", "author_id"], name="messaging_message_key_unique_of_author"
            ),
        ]
        indexes = [
            models.Index(
                fields=["thread_id", "seq"],
                name="messaging_message_thread",
                condition=Q(thread_id__isnull=False),
            ),
            # What a channel shows: for a page of one that is nearly all threads.
            models.Index(
                fields=["conversation_id", "seq"],
                name="messaging_message_shown",
                condition=Q(thread_id__isnull=True) | Q(also_in_conversation=True),
            ),
            # The search for what somebody wrote who writes seldom.
            models.Index(fields=["author_id", "id"], name="messaging_message_author"),
            # Without fastupdate: searches read the list of what is not filed yet, up to 4 MB of it,
            # and the insert that finds it full files all of it.
            GinIndex("words", Slots("id"), name="messaging_message_words_slots", fastupdate=False),
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
