"""What an organisation has decided about second factors."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import concerned, people_here
from accounts.people.models import RoleChoice, User
from accounts.policies.models import Policy
from core.errors import Words

FACTORS = ("totp", "webauthn")
"""What counts as a second factor; recovery codes only stand in for one."""


class SecondFactorPolicy(Policy):
    """Who has to have a second factor, and how long they have to set it up."""

    ends_access = True

    roles = ArrayField(
        models.CharField(max_length=12, choices=RoleChoice.choices),
        verbose_name=_("required of"),
        default=list,
        blank=True,
        help_text=_("Nobody, if nothing is ticked. People who sign in through SSO prove it there."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days to set it up"),
        default=14,
        validators=[MaxValueValidator(90)],
        help_text=_("After that, anyone without one can do nothing but set it up."),
    )
    required_since = models.DateTimeField(null=True, editable=False)

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("second factors")

    def check_change(self, before: Self) -> None:
        # The days begin when it is first required of anybody, and anew where roles are added.
        if set(self.roles) - set(before.roles):
            self.required_since = timezone.now()

    def due_at(self, person: User) -> datetime | None:
        """When this person has to have a second factor; None where they need none."""
        if person.role not in self.roles or person.is_bot:
            return None
        begins = max(self.required_since or person.created_at, person.created_at)
        return begins + timedelta(days=self.grace_days)

    def consequences(self, before: Self) -> Iterable[Words]:
        """How many have to set one up, and by when."""
        people = people_here().filter(role__in=self.roles)
        lacking = people.exclude(authenticator__type__in=FACTORS).count()
        if not self.roles:
            yield _("Nobody needs a second factor any more. Those who have one keep it.")
            yield concerned(people_here().filter(role__in=before.roles))
            return
        by = (self.required_since or timezone.now()) + timedelta(days=self.grace_days)
        yield ngettext_lazy(
            "%(count)d person without a second factor has to set one up by %(day)s.",
            "%(count)d people without a second factor have to set one up by %(day)s.",
            lacking,
        ) % {"count": lacking, "day": f"{by:%Y-%m-%d %H:%M} UTC"}
        yield _(
            "After that, their messages, the API and open windows are closed to them"
            " until it is done."
        )
