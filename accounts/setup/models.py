"""What an organisation has confirmed that nothing else decides yet.

A confirmation is a policy of one choice: it is kept with who and when, told in the journal with
before and after, shown in words before it is saved, and can be taken back. The feature that lets
people decide the thing itself replaces it by a policy of its own, and its step with it.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import people_here
from accounts.policies.models import Policy
from core.errors import Words
from core.permissions import Permission


def _kept(count: int) -> Words:
    return ngettext_lazy(
        "What %(count)d person writes and uploads is kept indefinitely, until"
        " somebody deletes it. Nothing is deleted automatically.",
        "What %(count)d people write and upload is kept indefinitely, until"
        " somebody deletes it. Nothing is deleted automatically.",
        count,
    ) % {"count": count}


def _seen(count: int) -> Words:
    return ngettext_lazy(
        "%(count)d person learns of new messages in Chancery alone: in the list of"
        " conversations, the title of the tab and the badge of the installed app. No mail is"
        " sent for them.",
        "%(count)d people learn of new messages in Chancery alone: in the list of"
        " conversations, the title of the tab and the badge of the installed app. No mail is"
        " sent for them.",
        count,
    ) % {"count": count}


class Confirmation(Policy):
    """Base: an admin says that what holds today is meant."""

    holds_today: ClassVar[Callable[[int], Words]]
    """Says what holds for so many people, confirmed or not."""

    is_confirmed = models.BooleanField(_("this is how we want it"), default=False)

    class Meta(Policy.Meta):
        abstract = True

    def consequences(self, before: Self) -> Iterable[Words]:
        """Nothing changes for anybody but the list of what to settle: what holds is said again."""
        yield type(self).holds_today(people_here().count())
        yield (
            _("This changes nothing else: the set-up list shows who decided it, and when.")
            if self.is_confirmed
            else _("This changes nothing else: the set-up list shows it as open again.")
        )


class RetentionConfirmation(Confirmation):
    """That everything is kept."""

    permission = Permission.RETENTION_MANAGE
    holds_today = staticmethod(_kept)

    class Meta(Confirmation.Meta):
        verbose_name = verbose_name_plural = _("how long messages and files are kept")


class NotificationConfirmation(Confirmation):
    """That people see new messages where they are signed in, and nowhere else."""

    holds_today = staticmethod(_seen)

    class Meta(Confirmation.Meta):
        verbose_name = verbose_name_plural = _("how people learn of new messages")
