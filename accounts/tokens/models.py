"""Bearer tokens: hashed at rest, shown once, expiring."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.grants.models import GrantsOf, ObjectGrant
from accounts.people.models import User
from core.ids import new_id


class ApiToken(models.Model):
    """A token that acts for one person, with at most the scopes it was given."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=120, blank=True, default="")
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=40), null=True, blank=True)
    # None reaches every channel, and from everywhere.
    conversation_ids = ArrayField(models.UUIDField(), null=True, blank=True)
    networks = ArrayField(models.CharField(max_length=50), null=True, blank=True)
    created_by_id = models.UUIDField(null=True, editable=False)
    # Of an app that a person let in, and which time: accounts.oauth.
    app_id = models.UUIDField(null=True, editable=False)
    grant_id = models.UUIDField(null=True, editable=False)
    # What a directory's token says of the people it brings.
    options = models.JSONField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="accounts_apitoken_digest_unique")
        ]
        indexes = [
            models.Index(
                fields=["app_id", "user_id"],
                name="accounts_apitoken_app",
                condition=models.Q(app_id__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class ServiceAccount(User):
    """The accounts of programs, on a page of the console of their own; no table."""

    class Meta:
        proxy = True
        verbose_name = _("service account")
        verbose_name_plural = _("service accounts")


class BotPersonGrant(ObjectGrant):
    """A person who looks after one service account."""

    objects = GrantsOf("bot", "user")

    class Meta:
        proxy = True
        verbose_name = _("service account that a person looks after")
        verbose_name_plural = _("service accounts that people look after")


class BotGroupGrant(ObjectGrant):
    """A group whose people look after one service account."""

    objects = GrantsOf("bot", "group")

    class Meta:
        proxy = True
        verbose_name = _("service account that a group looks after")
        verbose_name_plural = _("service accounts that groups look after")
