"""Access reviews: what somebody was asked to look through, and what they decided."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class AccessReview(models.Model):
    """A campaign: the grants and roles of one moment, for one reviewer to attest or revoke."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    created_by_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateField(_("due"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")

    def __str__(self) -> str:
        return self.name


ROLE = "role"
"""The kind of a line about a role; all others are `<kind of grant>_to_person` or `…_to_group`."""


class Decision(models.TextChoices):
    """What the reviewer decided."""

    OPEN = "", _("open")
    ATTESTED = "attested", _("attested")
    REVOKED = "revoked", _("revoked")
    GONE = "gone", _("was gone already")


class ReviewItem(models.Model):
    """One grant as it was when the review began; ids only, the names are asked when shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20)
    user_id = models.UUIDField(null=True)
    group_id = models.UUIDField(null=True)
    object_id = models.UUIDField()
    label = models.CharField(max_length=400)
    decision = models.CharField(
        max_length=10, choices=Decision.choices, default=Decision.OPEN, blank=True
    )
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=250, blank=True, default="")

    class Meta:
        verbose_name = _("line of an access review")
        verbose_name_plural = _("lines of access reviews")

    def __str__(self) -> str:
        return self.label
