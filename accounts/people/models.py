"""People (and bots) of one organisation."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.caseless import CaselessEmailField
from core.console_rights import opens, opens_any
from core.ids import new_id
from core.permissions import ROLE_PERMISSIONS, Permission, Role, known_permissions


class RoleChoice(models.TextChoices):
    """`core.actor.Role` with names for people."""

    OWNER = Role.OWNER.value, _("Owner")
    ADMIN = Role.ADMIN.value, _("Admin")
    SECURITY = Role.SECURITY.value, _("Security officer")
    COMPLIANCE = Role.COMPLIANCE.value, _("Compliance officer")
    INTEGRATION = Role.INTEGRATION.value, _("Integration manager")
    MEMBER = Role.MEMBER.value, _("Member")
    GUEST = Role.GUEST.value, _("Guest")
    SINGLE_GUEST = Role.SINGLE_GUEST.value, _("Guest in one channel")
    BOT = Role.BOT.value, _("Bot")


class SortedName(models.Func):
    """A name as lists of people are ordered by it: without case and accents, in any script.

    Not a collation of a language: not every PostgreSQL is built with those, and one index serves
    people of all languages.
    """

    template = (
        r"lower(regexp_replace(normalize(%(expressions)s, NFD), '[\u0300-\u036f]+', '', 'g'))"
    )
    output_field = models.TextField()


class UserManager(BaseUserManager["User"]):
    """Finds people by their e-mail address whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person or bot. People without an e-mail address (from an import) cannot sign in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = CaselessEmailField(_("e-mail address"), max_length=254, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title"), max_length=120, blank=True, default="")
    role = models.CharField(
        _("role"), max_length=12, choices=RoleChoice.choices, default=RoleChoice.MEMBER
    )
    # What the organisation's own roles allow besides, kept here by accounts.roles: with the person
    # it comes at no further query.
    granted = ArrayField(models.CharField(max_length=40), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_bot = models.BooleanField(_("bot"), default=False)
    locale = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    preferences = models.JSONField(default=dict, blank=True, editable=False)
    # Which picture of theirs is shown; the bytes are kept by messaging.avatars.
    avatar = models.CharField(max_length=32, null=True, blank=True, editable=False)
    # When they last looked which files were shared with them; kept by messaging.files.
    given_seen_at = models.DateTimeField(null=True, editable=False)
    # When a guest's account ends by itself.
    ends_at = models.DateTimeField(_("account ends"), null=True, blank=True)
    external_id = models.CharField(max_length=120, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_unique"),
            models.UniqueConstraint(
                fields=["external_id"], name="accounts_user_external_id_unique"
            ),
        ]
        indexes = [
            models.Index(
                OpClass(Lower("name"), name="text_pattern_ops"), name="accounts_user_name"
            ),
            # Lists of people, a page at a time.
            models.Index(SortedName("name"), "id", name="accounts_user_sorted_name"),
        ]

    @property
    def has_ended(self) -> bool:
        """Whether a guest's time is over, also before the clock comes round to say so."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    def __str__(self) -> str:
        return self.name or self.email or str(self.id)

    @property
    def is_staff(self) -> bool:
        """Who reaches their organisation's console."""
        return self.is_active and Permission.CONSOLE_OPEN in self.permissions

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything this person may do in the whole organisation."""
        return ROLE_PERMISSIONS[Role(self.role)] | known_permissions(self.granted or ())

    @property
    def runs_everything(self) -> bool:
        """Owners and admins: the whole console is theirs."""
        return self.is_active and self.role in (Role.OWNER, Role.ADMIN)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Owners and admins use the whole console, others the pages their permissions open."""
        return self.runs_everything or (self.is_staff and opens(self.permissions, perm))

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any page of this app is theirs."""
        return self.runs_everything or (self.is_staff and opens_any(self.permissions, app_label))
