"""Who looks after one thing, for all kinds that are few: one table."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.groups.models import Group

_THINGS = ("provider", "bot")


def _exactly_one(columns: tuple[str, ...]) -> Q:
    one = Q()
    for column in columns:
        others = {f"{other}__isnull": True for other in columns if other != column}
        one |= Q(**{f"{column}__isnull": False}, **others)
    return one


class ObjectGrant(models.Model):
    """One thing, and a person or a group that looks after it.

    Each kind has a column of its own: the grant goes with the thing. It is reached by the kind's
    two proxies, whose managers show its rows alone.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+")
    provider = models.ForeignKey(
        "accounts.IdentityProvider", models.CASCADE, null=True, related_name="+"
    )
    bot = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one(("user", "group")), name="accounts_objectgrant_one_holder"
            ),
            models.CheckConstraint(
                condition=_exactly_one(_THINGS), name="accounts_objectgrant_one_thing"
            ),
            models.UniqueConstraint(
                fields=["user", "group", *_THINGS],
                name="accounts_objectgrant_unique",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        thing = next(filter(None, (getattr(self, name) for name in _THINGS)), None)
        return f"{thing}: {self.user or self.group}"


class GrantsOf(models.Manager[Any]):
    """The grants of one kind to one sort of holder, by the names of their columns."""

    def __init__(self, thing: str, holder: str) -> None:
        super().__init__()
        self._is_there = {f"{thing}__isnull": False, f"{holder}__isnull": False}

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(**self._is_there)
