"""The networks that an organisation is reached from."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.policies.models import Policy
from accounts.sessions.models import Session
from accounts.tokens.reach import clean_networks, is_from
from core.errors import Invalid, Words


class NetworkPolicy(Policy):
    """Where people and programs have to be. No networks are everywhere."""

    ends_access = True

    networks = ArrayField(
        models.CharField(max_length=50),
        verbose_name=_("only from these networks"),
        default=list,
        blank=True,
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("networks")

    def admits(self, address: str) -> bool:
        """Say whether somebody at this address is let in."""
        return is_from(address, self.networks)

    def check_change(self, before: Self) -> None:
        self.networks = clean_networks(self.networks) or []

    def check_maker(self, address: str) -> None:
        if not self.admits(address):
            words = _(
                "You are at %(here)s, which is in none of these: you would lock yourself out."
            )
            raise Invalid.field("networks", words % {"here": address})

    def sessions_outside(self) -> models.QuerySet[Session]:
        """The sessions that were last used from elsewhere."""
        rows = Session.objects.filter(user_id__isnull=False, ip__isnull=False)
        used_from = rows.values_list("ip", flat=True).distinct()
        return rows.filter(ip__in=[ip for ip in used_from if not self.admits(str(ip))])

    def consequences(self, before: Self) -> Iterable[Words]:
        """Who is signed in from where nobody may be any more."""
        people = self.sessions_outside().values("user_id").distinct().count()
        yield ngettext_lazy(
            "%(count)d person who is signed in from elsewhere is refused at once.",
            "%(count)d people who are signed in from elsewhere are refused at once.",
            people,
        ) % {"count": people}
