"""An organisation's own roles: named sets of permissions, given to people and groups."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class CustomRole(models.Model):
    """A set of the product's named permissions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=250, blank=True, default="")
    permissions = ArrayField(models.CharField(max_length=40), verbose_name=_("permissions"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="accounts_customrole_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    """A role given to a person or a group: everywhere, or over one group or channel only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.ForeignKey(CustomRole, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="role_assignments",
    )
    group = models.ForeignKey(
        "accounts.Group",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="role_assignments",
    )
    over_group = models.ForeignKey(
        "accounts.Group",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only over this group"),
    )
    # Conversations live a floor above: no foreign key.
    over_conversation_id = models.UUIDField(_("only over this channel"), null=True, blank=True)
    assigned_by_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("role given")
        verbose_name_plural = _("roles given")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(group__isnull=True),
                name="accounts_roleassignment_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(over_group__isnull=True) | Q(over_conversation_id__isnull=True),
                name="accounts_roleassignment_one_reach",
            ),
            models.UniqueConstraint(
                fields=["role", "user", "group", "over_group", "over_conversation_id"],
                name="accounts_roleassignment_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.user or self.group}"
