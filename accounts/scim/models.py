"""What the identity provider says of people, and a log of what it sent."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tokens.models import ApiToken
from core.caseless import CaselessCharField
from core.ids import new_id


class ScimPerson(models.Model):
    """A person as the directory knows them; the account itself is the `User`.

    `attributes` are the SCIM attributes as they were sent, in their canonical spelling.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="scim",
    )
    user_name = CaselessCharField(max_length=255)
    external_id = models.CharField(max_length=255, null=True)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("user_name"), name="accounts_scimperson_name_unique")
        ]
        indexes = [models.Index(fields=["external_id"], name="accounts_scimperson_external")]

    def __str__(self) -> str:
        return self.user_name


class ScimRequest(models.Model):
    """One request of the identity provider, with secrets masked; the newest are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(_("time"), default=timezone.now)
    token_id = models.UUIDField(null=True)
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("address"), max_length=500)
    status = models.PositiveSmallIntegerField(_("answer"))
    detail = models.CharField(_("why refused"), max_length=500, blank=True, default="")
    body = models.TextField(_("what was sent"), blank=True, default="")
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)

    class Meta:
        verbose_name = _("request of the directory")
        verbose_name_plural = _("requests of the directory")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ScimToken(ApiToken):
    """The tokens of identity providers, on a page of the console of their own; no table."""

    class Meta:
        proxy = True
        verbose_name = _("directory sync")
        verbose_name_plural = _("directory sync (SCIM)")
