"""How people come into an organisation: invited by mail or link, by their address, or by asking."""

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import concerned, holds, people_here
from accounts.people.models import RoleChoice
from accounts.policies.models import Policy
from core.errors import Words
from core.ids import new_id
from core.permissions import Permission


class Invitation(models.Model):
    """One invitation: for one address, or a link that several people may use.

    The link's secret is not kept, only its digest. An invitation by mail goes to one address and is
    used once; a link counts its uses.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True, default="")
    role = models.CharField(
        _("role"), max_length=12, choices=RoleChoice.choices, default=RoleChoice.MEMBER
    )
    digest = models.BinaryField(max_length=32, editable=False)
    most_uses = models.PositiveIntegerField(_("uses at most"), default=1)
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    # For guests: when their account ends by itself.
    guest_until = models.DateTimeField(_("account ends"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by_id = models.UUIDField(null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="accounts_invitation_digest_unique")
        ]
        indexes = [models.Index(fields=["-created_at"], name="accounts_invitation_newest")]

    def __str__(self) -> str:
        return self.email or str(_("link"))

    def is_open(self, now: datetime | None = None) -> bool:
        """Say whether somebody can still come by it."""
        now = now or timezone.now()
        return self.revoked_at is None and self.expires_at > now and self.uses < self.most_uses


class JoinRequest(models.Model):
    """Somebody who asks to be let in; their address is proved by the time it is decided."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by_id = models.UUIDField(null=True, editable=False)
    is_accepted = models.BooleanField(null=True, editable=False)

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=models.Q(decided_at=None),
                name="accounts_joinrequest_open_unique",
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="accounts_joinrequest_newest")]

    def __str__(self) -> str:
        return self.email


class JoinPolicy(Policy):
    """Who may come in without being invited one by one."""

    by_domain = models.BooleanField(
        _("people with an address in a proved domain join by themselves"),
        default=False,
        help_text=_("They prove the address by a link that is mailed to it."),
    )
    by_request = models.BooleanField(
        _("others may ask to be let in"),
        default=False,
        help_text=_("Whoever may invite people decides."),
    )
    members_invite = models.BooleanField(_("members may invite members and guests"), default=False)
    invitation_days = models.PositiveSmallIntegerField(
        _("days an invitation is good for"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )

    permission = Permission.PEOPLE_MANAGE
    nobody = MappingProxyType(
        dict.fromkeys(
            ("by_domain", "by_request"),
            _("People who join this way are not here yet; nobody who is here is affected."),
        )
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("who may join")

    def consequences(self, before: Self) -> Iterable[Words]:
        """Who can come in now."""
        from accounts.domains.selectors import proved_domains

        domains = sorted(proved_domains())
        if self.by_domain and not before.by_domain:
            if domains:
                yield _(
                    "Everybody with an e-mail address at %(domains)s can join on their own."
                ) % {"domains": ", ".join(domains)}
            else:
                yield _("No e-mail domain is proved yet: nobody can join this way.")
        if self.members_invite != before.members_invite:
            by_role = Q(role=RoleChoice.MEMBER) & ~holds(Permission.PEOPLE_INVITE)
            members = people_here().filter(by_role).count()
            words = (
                ngettext_lazy(
                    "%(count)d member may invite others then.",
                    "%(count)d members may invite others then.",
                    members,
                )
                if self.members_invite
                else ngettext_lazy(
                    "%(count)d member can no longer invite anyone. People who have joined stay.",
                    "%(count)d members can no longer invite anyone. People who have joined stay.",
                    members,
                )
            )
            yield words % {"count": members}
        if self.invitation_days != before.invitation_days:
            inviting = holds(Permission.PEOPLE_INVITE)
            inviting |= Q(role=RoleChoice.MEMBER) if self.members_invite else Q(pk__in=[])
            yield concerned(people_here().filter(inviting))
        if self.by_request and not before.by_request:
            yield _("The sign-in page shows a way to ask. Nobody joins until somebody agrees.")
