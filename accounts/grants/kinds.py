"""What can be granted to people and groups, one kind at a time; a feature adds its kind by a line.

A grant of an identity provider or a service account lets somebody look after that one alone. A kind
names where its grants lie, the permission that needs no grant, and who decides. Those of which
there are few share a table (`models.ObjectGrant`); those by which lists are trimmed in SQL have two
of their own (django-guardian's with a direct foreign key). Reviews, the explainer, the console and
the API go through all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.groups.models import Group
from accounts.roles.refreshing import opens_console
from core.actor import Actor
from core.errors import NotFound
from core.permissions import Permission

type Change = Callable[[Actor, UUID, UUID | None, UUID | None], bool]
"""The actor, the object, and a person or a group; whether anything changed."""


class PersonGrant(UserObjectPermissionBase):
    """The table of a kind for people; the kind adds `content_object`."""

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.content_object}: {self.user}"


class GroupGrant(GroupObjectPermissionBase):
    """The same for groups: everybody in one, while they are in it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.content_object}: {self.group}"


@dataclass(frozen=True, slots=True)
class Grantable:
    """One kind of thing that can be granted.

    `name` stands in addresses, events and reviews. `people` and `groups` hold its grants, `thing`
    is the field by which they name the object; `codename` is Django's name of the one permission in
    tables of its own. `permission` is what reaches all of the kind without a grant.
    """

    name: str
    label: str | Promise
    people: type[models.Model]
    groups: type[models.Model]
    permission: Permission
    objects: Callable[[], models.QuerySet[Any]]
    """Every object of the kind that can be granted."""
    title: Callable[[Any], str]
    named_by: str = "name"
    """The field of the object by which lists of its grants are ordered."""
    thing: str = "content_object"
    codename: str = ""
    opens_console: bool = True
    """Whether a grant opens the console, where the object's page is."""
    give: Change | None = None
    take: Change | None = None
    """For a kind that has more to do than to write and to delete the row; its own services."""
    is_private: bool = False
    """Whether such things are their people's: the console lists what was granted and takes it back,
    and offers nothing else of the kind.
    """

    @property
    def thing_id(self) -> str:
        return f"{self.thing}_id"

    def holders(self, sort: str) -> str:
        """In SQL, the ids of all people (`user`) or groups (`group`) that were granted any."""
        table = (self.people if sort == "user" else self.groups)._meta.db_table
        return f"SELECT {sort}_id FROM {table} WHERE {self.thing_id} IS NOT NULL"

    def offered(self) -> models.QuerySet[Any]:
        """What may be named to those who run the console."""
        if not self.is_private:
            return self.objects()
        people = self.people._default_manager.values(self.thing_id)
        groups = self.groups._default_manager.values(self.thing_id)
        return self.objects().filter(models.Q(id__in=people) | models.Q(id__in=groups))


_kinds: dict[str, Grantable] = {}


def grantable(kind: Grantable) -> Grantable:
    """Register a kind."""
    _kinds[kind.name] = kind
    if kind.opens_console:
        opens_console(people=kind.holders("user"), groups=kind.holders("group"))
    return kind


def kinds() -> list[Grantable]:
    """Every kind, in the order of their registration."""
    return list(_kinds.values())


def kind_named(name: str) -> Grantable:
    """A kind by its name.

    Errors  NotFound.
    """
    if name not in _kinds:
        raise NotFound("kind", detail=_("There is nothing of this kind to grant."))
    return _kinds[name]
