"""What an organisation has decided about one subject: one row, or none where it never decided."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from core.errors import Words
from core.permissions import Permission


class Policy(models.Model):
    """Base of policies: a feature subclasses it in its own `models.py`, with a default per field.

        class ChannelPolicy(Policy):
            who_may_create = models.CharField(…, default="everybody")

            class Meta(Policy.Meta):
                verbose_name = verbose_name_plural = _("channel policy")

    Read it by `selectors.current(ChannelPolicy)`, change it by `services.change(actor, …)`, and
    register it in the feature's `admin.py` with a `policies.page.PolicyAdmin`. Instances are shared
    by whoever reads them: never change one.
    """

    singleton = models.BooleanField(primary_key=True, default=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by_id = models.UUIDField(null=True, editable=False)

    permission: ClassVar[Permission] = Permission.POLICIES_MANAGE
    """Who may change it."""

    masked: ClassVar[frozenset[str]] = frozenset()
    """Fields that hold secrets, or words that people wrote: the journal says only that they are
    set."""

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(singleton=True), name="%(app_label)s_%(class)s_one_row"
            )
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def choice_names(cls) -> list[str]:
        """The fields in which the decision lies."""
        return [field.name for field in cls._meta.fields if field.editable]

    def said(self, name: str, value: Any) -> Any:
        """A value of a field, or one of its list, as people call it."""
        field = self._meta.get_field(name)
        choices = dict(getattr(field, "flatchoices", None) or ())
        base = getattr(field, "base_field", None)
        choices |= dict(getattr(base, "flatchoices", None) or ())
        return choices.get(value, value)

    def check_change(self, before: Self) -> None:
        """Refuse, by raising a Refusal, what this policy may not become; nothing by default."""

    def check_maker(self, address: str) -> None:
        """Refuse a change that would shut out its maker, who is at this address; none does."""

    def consequences(self, before: Self) -> Iterable[Words]:
        """What the change from `before` will do, in sentences with the number of people.

        Shown to the admin before anything is saved. Fields that are not spoken of here are named
        with their old and their new value.
        """
        return ()
