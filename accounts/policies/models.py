"""What an organisation has decided about one subject: one row, or none where it never decided."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from django.apps.registry import Apps
from django.db import models

from core.errors import Words
from core.permissions import Permission


class StoredPolicy(models.Model):
    """A policy as it lies in the database: all kinds in one table, their fields as JSON.

    `rows` makes policies of it. A field that is missing, since it is newer than the decision, has
    its default: no new field of a policy needs a migration.
    """

    kind = models.CharField(max_length=80, primary_key=True, db_collation="C")
    version = models.PositiveIntegerField(default=0)
    content = models.JSONField(default=dict)
    changed_at = models.DateTimeField(null=True)
    changed_by_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.kind


class _NoTable(models.Manager[Any]):
    """Policies have none of their own."""

    def get_queryset(self) -> models.QuerySet[Any]:
        raise TypeError("Policies are read by selectors.current and changed by services.change.")


class Policy(models.Model):
    """Base of policies: a feature subclasses it in its own `models.py`, with a default per field.

        class ChannelPolicy(Policy):
            who_may_create = models.CharField(…, default="everybody")

            class Meta(Policy.Meta):
                verbose_name = verbose_name_plural = _("channel policy")

    Read it by `selectors.current(ChannelPolicy)`, change it by `services.change(actor, …)`, and
    register it in the feature's `admin.py` with a `policies.page.PolicyAdmin`. Instances are shared
    by whoever reads them: never change one.

    Django knows the fields, for validation and forms; a table there is not: `StoredPolicy` holds
    all kinds. Fields are plain values and lists of them, no relations.
    """

    singleton = models.BooleanField(primary_key=True, default=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by_id = models.UUIDField(null=True, editable=False)

    objects = _NoTable()

    permission: ClassVar[Permission] = Permission.POLICIES_MANAGE
    """Who may change it."""

    ends_access: ClassVar[bool] = False
    """Whether sessions and tokens may end by a change of it that were good before."""

    masked: ClassVar[frozenset[str]] = frozenset()
    """Fields that hold secrets, or more than a journal should (a picture): it says only that they
    are set."""

    nobody: ClassVar[Mapping[str, Words]] = {}
    """Fields whose change concerns nobody who could be counted, each with the sentence that says
    why: of the others `consequences` gives a number of people."""

    class Meta:
        abstract = True
        # Beside the tables: migrations, content types and Django's permissions know nothing of it.
        apps = Apps()

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def content_fields(cls) -> list[Any]:
        """The fields of this kind: those that are decided, and what it notes beside them."""
        common = {field.name for field in Policy._meta.local_fields}
        return [field for field in cls._meta.concrete_fields if field.name not in common]

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

        Shown to the admin before anything is saved, after the fields' names with their old and
        new values. For every field that changed, but those in `nobody`, one has the number of
        people, counted in the database at this moment (`people.counted`).
        """
        return ()
