"""Conversations (channels, groups and direct messages are all one) and who belongs to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Kind(models.TextChoices):
    """Who can find a conversation and join it."""

    PUBLIC = "public", _("public channel")
    PRIVATE = "private", _("private channel")
    DIRECT = "direct", _("direct message")


class MemberRole(models.TextChoices):
    """What a member is in one conversation."""

    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")


class Who(models.TextChoices):
    """Who may speak in a channel: post to it, or reply in its threads."""

    EVERYONE = "everyone", _("every member")
    OWNERS = "owners", _("its owners and the organisation's admins")
    NAMED = "named", _("its owners and the members they name")


class History(models.TextChoices):
    """What those who join later may read of what was said before."""

    ALL = "all", _("everything")
    JOINED = "joined", _("what is said from then on")
    DAYS = "days", _("the days before, and from then on")


class Conversation(models.Model):
    """Where people talk. Its events are counted by the journal's stream of the same id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=80, null=True, blank=True)
    topic = models.CharField(max_length=250, blank=True, default="")
    purpose = models.CharField(max_length=500, blank=True, default="")
    direct_key = models.CharField(max_length=64, null=True, editable=False, db_collation="C")
    created_by_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    posting = models.CharField(
        max_length=8, choices=Who.choices, default=Who.EVERYONE, db_default=Who.EVERYONE
    )
    replying = models.CharField(
        max_length=8, choices=Who.choices, default=Who.EVERYONE, db_default=Who.EVERYONE
    )
    history = models.CharField(
        max_length=6, choices=History.choices, default=History.ALL, db_default=History.ALL
    )
    history_days = models.PositiveSmallIntegerField(null=True, blank=True)
    response_minutes = models.PositiveIntegerField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    #: When its members were told that it will be archived for being idle.
    idle_warned_at = models.DateTimeField(null=True, editable=False)
    external_id = models.CharField(max_length=120, null=True, editable=False)
    #: The stream's, as it stood with this row: `events.models.Stream`.
    epoch = models.IntegerField(default=0, db_default=0, editable=False)

    class Meta:
        permissions = [("reach_conversation", "Reaches the conversation")]
        constraints = [
            # Private channels may share a name: refusing one would tell that another exists.
            models.UniqueConstraint(
                Lower("name"),
                name="messaging_conversation_name_unique",
                condition=Q(kind="public"),
            ),
            models.UniqueConstraint(
                fields=["direct_key"], name="messaging_conversation_direct_unique"
            ),
            models.UniqueConstraint(
                fields=["external_id"], name="messaging_conversation_external_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind="direct", name=None) | (~Q(kind="direct") & Q(name__isnull=False)),
                name="messaging_conversation_named_unless_direct",
            ),
            models.CheckConstraint(
                condition=Q(history="days", history_days__gte=1)
                | (~Q(history="days") & Q(history_days=None)),
                name="messaging_conversation_days_of_history",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class Membership(models.Model):
    """One person in one conversation, with their read cursor (`seq` of the journal).

    `history_from_seq` is the first number they may see anything of, decided as they join. How the
    person keeps the conversation in their sidebar stands here too: of 5,000 conversations it is
    then read with the rest, in the one query there is.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=8, choices=MemberRole.choices, default=MemberRole.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    read_seq = models.BigIntegerField(default=0, db_default=0)
    delivered_seq = models.BigIntegerField(default=0, db_default=0)
    may_post = models.BooleanField(default=False, db_default=False)
    history_from_seq = models.BigIntegerField(default=0, db_default=0)
    section_id = models.UUIDField(null=True, editable=False)
    position = models.FloatField(null=True, editable=False)
    is_favourite = models.BooleanField(default=False, db_default=False)
    is_muted = models.BooleanField(default=False, db_default=False)
    by_grant = models.BooleanField(default=False, db_default=False)
    """Came with a grant, and goes with it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "user"], name="messaging_membership_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"
