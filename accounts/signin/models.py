"""What an organisation has decided about signing in."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import people_here
from accounts.people.models import User
from accounts.policies.models import Policy
from core.errors import Invalid, Words
from core.permissions import Role


class Method(models.TextChoices):
    """Ways to sign in."""

    PASSWORD = "password", _("E-mail address and password")
    CODE = "code", _("A code sent by e-mail")
    PASSKEY = "passkey", _("A passkey")
    SSO = "sso", _("An identity provider (single sign-on)")


def all_methods() -> list[str]:
    """Everything is allowed where nobody decided otherwise."""
    return [method.value for method in Method]


class SignInPolicy(Policy):
    """By which ways people sign in, and what their address must have proved."""

    methods = ArrayField(
        models.CharField(max_length=12, choices=Method.choices),
        verbose_name=_("ways to sign in"),
        default=all_methods,
    )
    break_glass_id = models.UUIDField(
        _("owner who can always sign in by password"),
        null=True,
        blank=True,
        help_text=_(
            "For emergencies, when nothing else works. Required if passwords are not allowed."
        ),
    )
    requires_verified_email = models.BooleanField(
        _("addresses must be proved"),
        default=False,
        help_text=_("Who signs in by password first enters a code that is sent to the address."),
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("ways to sign in")

    def allows(self, method: str) -> bool:
        """Say whether people in general may sign in this way."""
        return method in self.methods

    def check_change(self, before: Self) -> None:
        if not self.methods:
            raise Invalid.field("methods", _("Leave at least one way to sign in."))
        if self.break_glass_id is not None and break_glass_owner(self.break_glass_id) is None:
            words = _("Choose an owner who is active and has a password.")
            raise Invalid.field("break_glass_id", words)
        if not self.allows(Method.PASSWORD) and self.break_glass_id is None:
            words = _("Without passwords, choose the owner who can always sign in by one.")
            raise Invalid.field("break_glass_id", words)

    def consequences(self, before: Self) -> Iterable[Words]:
        """Who loses the way they sign in now, who has to prove their address, who always can."""
        if set(self.methods) != set(before.methods):
            yield self._left_over()
        if self.requires_verified_email != before.requires_verified_email:
            proved = EmailAddress.objects.filter(
                user_id=OuterRef("id"), email__iexact=OuterRef("email"), verified=True
            )
            count = people_here().filter(email__isnull=False).exclude(Exists(proved)).count()
            yield ngettext_lazy(
                "%(count)d person has not proved their address yet.",
                "%(count)d people have not proved their addresses yet.",
                count,
            ) % {"count": count}
        if self.break_glass_id != before.break_glass_id:
            count = int(break_glass_owner(self.break_glass_id) is not None)
            yield ngettext_lazy(
                "%(count)d person can sign in by password, whatever else is decided here.",
                "%(count)d people can sign in by password, whatever else is decided here.",
                count,
            ) % {"count": count}

    def _left_over(self) -> Words:
        """How many have no way to sign in, or none but the identity provider."""
        people = people_here()
        can = Q(pk__in=[])
        if self.allows(Method.PASSWORD):
            can |= ~Q(password="") & ~Q(password__startswith="!")  # noqa: S106 - none at all
        if self.allows(Method.CODE):
            can |= Q(email__isnull=False)
        if self.allows(Method.PASSKEY):
            can |= Q(authenticator__type="webauthn")
        stuck = people.exclude(id__in=people.filter(can).values("id")).count()
        if self.allows(Method.SSO):
            return ngettext_lazy(
                "%(count)d person can then sign in through an identity provider only.",
                "%(count)d people can then sign in through an identity provider only.",
                stuck,
            ) % {"count": stuck}
        return ngettext_lazy(
            "%(count)d person has no way to sign in after this.",
            "%(count)d people have no way to sign in after this.",
            stuck,
        ) % {"count": stuck}


def break_glass_owner(user_id: UUID | None) -> User | None:
    """The owner named for emergencies, while they can sign in by password."""
    found = User.objects.filter(id=user_id, is_active=True, role=Role.OWNER).first()
    return found if found is not None and found.has_usable_password() else None
