"""What an organisation has decided about calling on many, being seen to read, and previews."""

from collections.abc import Iterable
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.people.counted import concerned, people_here
from accounts.policies.models import Policy
from core.errors import Words


class EtiquettePolicy(Policy):
    """How people call on each other, and what they see of each other's reading."""

    confirm_above = models.PositiveIntegerField(
        _("ask before mentioning more people than"),
        default=25,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_(
            "Anyone who mentions more people at once is asked first whether it is intended."
        ),
    )
    shows_receipts = models.BooleanField(
        _("authors see whether their messages were read"),
        default=True,
        help_text=_("Off: what reached whom is neither shown nor recorded."),
    )
    shows_previews = models.BooleanField(
        _("links are shown with a preview"),
        default=True,
        help_text=_("Off: Chancery does not fetch the pages people link to."),
    )

    class Meta(Policy.Meta):
        verbose_name = verbose_name_plural = _("mentions, receipts and previews")

    def consequences(self, before: Self) -> Iterable[Words]:
        """What changes, and for how many."""
        count = people_here().count()
        if self.confirm_above != before.confirm_above:
            yield ngettext_lazy(
                "Anyone who mentions more than %(count)d person at once is asked first.",
                "Anyone who mentions more than %(count)d people at once is asked first.",
                self.confirm_above,
            ) % {"count": self.confirm_above}
            yield concerned(people_here())
        if self.shows_receipts != before.shows_receipts:
            words = (
                ngettext_lazy(
                    "%(count)d person sees from now on whether messages were read.",
                    "%(count)d people see from now on whether messages were read.",
                    count,
                )
                if self.shows_receipts
                else ngettext_lazy(
                    "%(count)d person no longer sees whether messages were read.",
                    "%(count)d people no longer see whether messages were read.",
                    count,
                )
            )
            yield words % {"count": count}
        if self.shows_previews != before.shows_previews:
            yield (
                _("Pages that people link to are fetched, and shown under their messages.")
                if self.shows_previews
                else _("Pages are no longer fetched; existing previews disappear.")
            )
            yield concerned(people_here())
