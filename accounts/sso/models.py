"""Identity providers of one organisation, their keys, whom they know, and what they have sent."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.grants.models import GrantsOf, ObjectGrant
from accounts.sso.schemas import Grant, Mapping, OidcTrust, Options, SamlTrust
from core.ids import new_id
from core.permissions import ROLE_PERMISSIONS, Permission, Role, known_permissions


class Kind(models.TextChoices):
    """The protocol a provider speaks."""

    SAML = "saml", "SAML 2.0"
    OIDC = "oidc", "OpenID Connect"


class State(models.TextChoices):
    """How far a provider has come. Only one that is on signs people in."""

    DRAFT = "draft", _("draft")
    TESTED = "tested", _("tested")
    ON = "on", _("on")


class IdentityProvider(models.Model):
    """An identity provider that the organisation trusts, or is about to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    slug = models.CharField(_("short name"), max_length=40, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(
        _("state"), max_length=6, choices=State.choices, default=State.DRAFT, editable=False
    )
    issuer = models.CharField(_("issuer"), max_length=1000)
    metadata_url = models.CharField(_("metadata address"), max_length=2000, blank=True, default="")
    metadata_read_at = models.DateTimeField(null=True, editable=False)
    # Why it could not be read the last time; what was read before counts until it can.
    metadata_trouble = models.TextField(blank=True, default="", db_default="", editable=False)
    trust = models.JSONField(default=dict)
    # Sealed: the client secret of an OpenID Connect provider.
    secret = models.TextField(blank=True, default="", editable=False)
    mapping = models.JSONField(default=dict, blank=True)
    grants = models.JSONField(default=list, blank=True)
    options = models.JSONField(default=dict, blank=True)
    # People with an address in one of these are sent here, where the domain is proved.
    domains = models.JSONField(default=list, blank=True)
    # Role and further permissions of whoever set the trust last: it signs in nobody with more.
    vouched = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.state == State.ON

    @property
    def saml(self) -> SamlTrust:
        return SamlTrust.model_validate(self.trust)

    @property
    def oidc(self) -> OidcTrust:
        return OidcTrust.model_validate(self.trust)

    @property
    def claims(self) -> Mapping:
        return Mapping.model_validate(self.mapping)

    @property
    def rules(self) -> Options:
        return Options.model_validate(self.options)

    @property
    def vouched_permissions(self) -> frozenset[Permission]:
        """What people whom this provider signs in may be allowed at most."""
        by_role = ROLE_PERMISSIONS[Role(self.vouched.get("role", Role.MEMBER))]
        return by_role | known_permissions(self.vouched.get("granted", ()))

    @property
    def granted(self) -> list[Grant]:
        return [Grant.model_validate(each) for each in self.grants]


class ProviderKey(models.Model):
    """A key pair of ours for one provider. Two are good at once while the other side changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="keys")
    certificate = models.TextField()
    private_key = models.TextField()
    is_signing = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(is_signing=True),
                name="accounts_providerkey_one_signs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.created_at:%Y-%m-%d}"


class ExternalIdentity(models.Model):
    """Who a person is at a provider. The subject is compared as it is, character by character."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="identities")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject"], name="accounts_externalidentity_subject"
            ),
            models.UniqueConstraint(
                fields=["provider", "user"], name="accounts_externalidentity_user"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Outcome(models.TextChoices):
    """What came of an answer."""

    WAITING = "waiting", _("waiting for its browser")
    SIGNED_IN = "signed_in", _("signed in")
    TESTED = "tested", _("tested")
    LINKED = "linked", _("linked")
    SIGNED_OUT = "signed_out", _("signed out")
    REFUSED = "refused", _("refused")


class Arrival(models.Model):
    """An answer that a provider sent, and what came of it.

    It is also how an assertion is remembered until it expires: `message_digest` is unique, so that
    no other process accepts it again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="arrivals")
    at = models.DateTimeField(_("when"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    code = models.CharField(_("reason"), max_length=40, blank=True, default="")
    words = models.TextField(blank=True, default="")
    # Sealed: what arrived, and what was expected.
    content = models.TextField(blank=True, default="")
    user_id = models.UUIDField(null=True)
    message_digest = models.BinaryField(max_length=32, null=True)
    ticket_digest = models.BinaryField(max_length=32, null=True)
    keep_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("answer of an identity provider")
        verbose_name_plural = _("answers of identity providers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "message_digest"], name="accounts_arrival_message"
            ),
            models.UniqueConstraint(fields=["ticket_digest"], name="accounts_arrival_ticket"),
        ]
        indexes = [models.Index(fields=["provider", "-at"], name="accounts_arrival_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.get_outcome_display()}"


class SsoSession(models.Model):
    """A session that a provider opened, by the names the provider knows it by."""

    session_id = models.UUIDField(primary_key=True)
    identity = models.ForeignKey(ExternalIdentity, models.CASCADE, related_name="sessions")
    name_id = models.CharField(max_length=255, db_collation="C")
    session_index = models.CharField(max_length=255, blank=True, default="", db_collation="C")
    # Sealed: the ID token that opened it, by which the provider knows what to end.
    hint = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["identity", "session_index"], name="accounts_ssosession_index"),
            # A logout token may name the session alone.
            models.Index(fields=["session_index"], name="accounts_ssosession_sid"),
        ]

    def __str__(self) -> str:
        return str(self.session_id)


class ProviderPersonGrant(ObjectGrant):
    """A person who looks after one provider."""

    objects = GrantsOf("provider", "user")

    class Meta:
        proxy = True
        verbose_name = _("identity provider that a person looks after")
        verbose_name_plural = _("identity providers that people look after")


class ProviderGroupGrant(ObjectGrant):
    """A group whose people look after one provider."""

    objects = GrantsOf("provider", "group")

    class Meta:
        proxy = True
        verbose_name = _("identity provider that a group looks after")
        verbose_name_plural = _("identity providers that groups look after")
