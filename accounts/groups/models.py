"""Groups of people, which may hold groups in turn. Grants and roles go to groups."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Group(models.Model):
    """A named set of people. `handle` is what mentions are typed by: `@handle`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    handle = models.CharField(_("handle"), max_length=40, null=True, blank=True)
    description = models.CharField(_("description"), max_length=250, blank=True, default="")
    is_from_directory = models.BooleanField(_("from the directory"), default=False, editable=False)
    external_id = models.CharField(max_length=255, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="accounts_group_name_unique"),
            models.UniqueConstraint(Lower("handle"), name="accounts_group_handle_unique"),
        ]
        indexes = [models.Index(fields=["external_id"], name="accounts_group_external")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A person in a group, or a group in a group."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="group_memberships",
    )
    child = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="parents"
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user"], name="accounts_groupmember_user_unique"
            ),
            models.UniqueConstraint(
                fields=["group", "child"],
                name="accounts_groupmember_child_unique",
                condition=Q(child__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(child__isnull=True),
                name="accounts_groupmember_one_of_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.child} → {self.group}"
