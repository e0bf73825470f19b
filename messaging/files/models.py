"""Files of messages. Bytes lie in the tenant's own folder of the file storage."""

from collections.abc import Iterable

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import GroupGrant, PersonGrant
from accounts.people.counted import concerned, holds, people_here
from accounts.policies.models import Policy
from core.errors import Words
from core.ids import new_id
from core.permissions import GUESTS, Permission


class Scan(models.TextChoices):
    """What is known of a file's harmlessness."""

    NONE = "none", _("not checked")
    PENDING = "pending", _("being checked")
    CLEAN = "clean", _("nothing found")
    INFECTED = "infected", _("harmful")
    FAILED = "failed", _("could not be checked yet")


class FilePolicy(Policy):
    """Which files an organisation takes."""

    most_file_mb = models.PositiveIntegerField(
        _("largest file, in MB"),
        default=1000,
        validators=[MinValueValidator(1), MaxValueValidator(80_000)],
    )
    most_total_gb = models.PositiveIntegerField(
        _("storage for all files, in GB"),
        null=True,
        blank=True,
        default=100,
        validators=[MaxValueValidator(1_000_000)],
        help_text=_("Leave it empty for no limit. Earlier versions count, too."),
    )
    refused_endings = models.CharField(
        _("refused extensions"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("File extensions that are refused, such as: exe, bat, scr"),
    )
    holds_until_clean = models.BooleanField(
        _("hold files until they are found clean"),
        default=False,
        help_text=_("Nobody can open a file before the virus scanner has looked at it."),
    )

    shares_outside = models.BooleanField(
        _("files can be shared outside of their conversation"),
        default=True,
        help_text=_("With people and groups, one file at a time. The conversation stays closed."),
    )
    shares_with_guests = models.BooleanField(
        _("guests can open files shared outside of their conversation"),
        default=False,
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("file policy")

    def consequences(self, before: "FilePolicy") -> Iterable[Words]:
        """What becomes of the files that are there; new limits hold for new uploads alone."""
        if self.holds_until_clean and not before.holds_until_clean:
            unchecked = File.objects.filter(scan__in=[Scan.PENDING, Scan.FAILED]).count()
            words = _("%(count)d files waiting to be scanned cannot be opened until that is done.")
            yield words % {"count": unchecked}
        if self.most_total_gb is not None and self.most_total_gb != before.most_total_gb:
            used = File.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
            if used > self.most_total_gb * 10**9:
                yield _("Existing files already take more than that: nobody can upload any more.")
        if before.shares_outside and not self.shares_outside:
            shared = File.objects.filter(deleted_at=None).filter(
                Exists(FilePersonGrant.objects.filter(content_object=OuterRef("id")))
                | Exists(FileGroupGrant.objects.filter(content_object=OuterRef("id")))
            )
            words = _("%(count)d files that were shared outside are closed to them at once.")
            yield words % {"count": shared.count()}
        guests = Q(role__in=GUESTS)
        for names, whose in (
            (("most_file_mb", "most_total_gb", "refused_endings"), holds(Permission.FILES_UPLOAD)),
            (("holds_until_clean",), Q()),
            (("shares_outside",), ~guests),
            (("shares_with_guests",), guests),
        ):
            if any(getattr(self, name) != getattr(before, name) for name in names):
                yield concerned(people_here().filter(whose))


class File(models.Model):
    """A file that belongs to one message and is seen by whoever may see that message.

    Until it is sent it belongs to none, and its uploader alone sees it. The row holds the version
    that is current; those before it are in `FileVersion`. `content_type` is what the bytes look
    like, not what anybody said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation_id = models.UUIDField(null=True)
    message_id = models.UUIDField(null=True)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    storage_name = models.CharField(max_length=255)
    external_id = models.CharField(max_length=120, null=True, editable=False)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, db_default=1)
    version_at = models.DateTimeField(null=True)
    version_by_id = models.UUIDField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail_name = models.CharField(max_length=255, null=True)
    scan = models.CharField(
        max_length=8, choices=Scan.choices, default=Scan.NONE, db_default=Scan.NONE
    )
    deleted_at = models.DateTimeField(null=True)
    deleted_by_id = models.UUIDField(null=True)
    # Brought by an import, and not looked at yet.
    is_unseen = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        permissions = [("open_file", "Opens the file")]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="messaging_file_external_unique")
        ]
        indexes = [
            models.Index(fields=["message_id"], name="messaging_file_message"),
            # The list of a conversation's files, newest first.
            models.Index(
                fields=["conversation_id", "-id"],
                name="messaging_file_conversation",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(
                fields=["-created_at"], name="messaging_file_unseen", condition=Q(is_unseen=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FilePersonGrant(PersonGrant):
    """A person who may open one file without seeing its conversation."""

    content_object = models.ForeignKey(File, models.CASCADE, related_name="+")
    # Until they have looked. What was given before this was counted is known to them.
    is_new = models.BooleanField(default=True, db_default=False, editable=False)

    class Meta(PersonGrant.Meta):
        abstract = False
        verbose_name = _("file shared with a person")
        verbose_name_plural = _("files shared with people")


class FileGroupGrant(GroupGrant):
    """A group whose people may, while they are in it."""

    content_object = models.ForeignKey(File, models.CASCADE, related_name="+")
    # New to those of the group who looked before. What was given before this was counted has none.
    given_at = models.DateTimeField(default=timezone.now, null=True, editable=False)

    class Meta(GroupGrant.Meta):
        abstract = False
        verbose_name = _("file shared with a group")
        verbose_name_plural = _("files shared with groups")


class FileVersion(models.Model):
    """A version that a file had before another one took its place; never destroyed here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_id = models.UUIDField()
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    storage_name = models.CharField(max_length=255)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail_name = models.CharField(max_length=255, null=True)
    scan = models.CharField(max_length=8, choices=Scan.choices, default=Scan.NONE)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file_id", "number"], name="messaging_file_version_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id}#{self.number}"


class Upload(models.Model):
    """A file on its way: its parts come one by one, in any order, as often as they like.

    `handle` is the store's own name for the upload. Finished ones stay until the clock tidies them,
    so that asking again whether it is done gets the same answer.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_id = models.UUIDField()
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    part_bytes = models.IntegerField()
    storage_name = models.CharField(max_length=255)
    handle = models.CharField(max_length=1024)
    file_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="messaging_upload_expires")]

    def __str__(self) -> str:
        return self.name
