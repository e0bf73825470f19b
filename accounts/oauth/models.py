"""Apps of others that people let act for them, and what each was let do. Secrets are hashes."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.oauth.schemas import OAuthSecret
from core.ids import new_id


class Kind(models.TextChoices):
    """Whether an app can keep a secret."""

    CONFIDENTIAL = "confidential", _("confidential: runs on a server and keeps a secret")
    PUBLIC = "public", _("public: runs on people's own devices and can keep none")


class GrantType(models.TextChoices):
    """How an app comes by its tokens."""

    AUTHORIZATION_CODE = "authorization_code", _("a person signs in and allows it")
    REFRESH_TOKEN = "refresh_token", _("it goes on while the person is away")
    CLIENT_CREDENTIALS = "client_credentials", _("it acts by itself, with an account of its own")


class OAuthApp(models.Model):
    """One app; its id is its client id. One that is revoked stays, so that the record has a name.

    `account` is who it is when it acts by itself. Its access tokens reach no further than
    `conversation_ids` and `networks`, None for all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    redirect_uris = ArrayField(models.CharField(max_length=500), default=list)
    grants = ArrayField(models.CharField(max_length=40))
    scopes = ArrayField(models.CharField(max_length=40))
    conversation_ids = ArrayField(models.UUIDField(), null=True)
    networks = ArrayField(models.CharField(max_length=50), null=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="oauth_app"
    )
    created_by_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("ended"), null=True)
    # Two at most, asked for with the app alone, and changed under its lock.
    kept_secrets = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("app")
        verbose_name_plural = _("apps (OAuth)")

    def __str__(self) -> str:
        return self.name

    @property
    def is_confidential(self) -> bool:
        return self.kind == Kind.CONFIDENTIAL

    @property
    def client_id(self) -> str:
        return str(self.id)

    @property
    def secrets(self) -> list[OAuthSecret]:
        """Those that are good, the oldest first."""
        return [OAuthSecret.model_validate(one) for one in self.kept_secrets]

    def keep_secrets(self, secrets: Iterable[OAuthSecret]) -> None:
        """Write down which are good from now on; the caller holds the app."""
        self.kept_secrets = [one.model_dump(mode="json") for one in secrets]
        self.save(update_fields=["kept_secrets"])


class OAuthConnection(models.Model):
    """A person has let an app act for them. Whoever takes it back deletes the row, and all below.

    `redirect_uris` are those that the person was asked about, and need not be asked about again;
    `remembers` is false once the app's own have changed, and what was said of them counts no more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    app = models.ForeignKey(
        OAuthApp, on_delete=models.CASCADE, related_name="connections", verbose_name=_("app")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("person")
    )
    scopes = ArrayField(models.CharField(max_length=40))
    remembers = models.BooleanField(default=True)
    redirect_uris = ArrayField(models.CharField(max_length=500), default=list)
    created_at = models.DateTimeField(_("allowed"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("allowed app")
        verbose_name_plural = _("apps that people allowed")
        constraints = [
            models.UniqueConstraint(fields=["app", "user"], name="accounts_oauthconnection_unique")
        ]

    def __str__(self) -> str:
        return f"{self.app} · {self.user}"


class OAuthGrant(models.Model):
    """One time that a person let an app in: its code, and the family of all that came of it.

    A family that is ended is deleted. The used code stays with it, to be known when it comes again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(OAuthConnection, on_delete=models.CASCADE)
    scopes = ArrayField(models.CharField(max_length=40))
    code_digest = models.BinaryField(max_length=32)
    challenge = models.CharField(max_length=43)
    redirect_uri = models.CharField(max_length=510)
    created_at = models.DateTimeField(default=timezone.now)
    code_expires_at = models.DateTimeField()
    code_used_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_digest"], name="accounts_oauthgrant_code_unique")
        ]

    def __str__(self) -> str:
        return str(self.id)


class OAuthRefreshToken(models.Model):
    """Good for one use. Those that were used are kept for a week, to be known when they return."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(OAuthGrant, on_delete=models.CASCADE)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], name="accounts_oauthrefreshtoken_digest_unique"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
