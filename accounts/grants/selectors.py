"""Read who was granted what."""

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts.grants import access
from accounts.grants.kinds import Grantable, kind_named, kinds
from core.actor import Actor

MOST_GRANTS = 1000


class Grant(NamedTuple):
    """One grant: to a person or a group."""

    user_id: UUID | None
    group_id: UUID | None
    name: str


def grants_of(actor: Actor, kind: str, object_id: UUID) -> list[Grant]:
    """Whom something is granted to, people first, by name.

    Errors  NotFound, Forbidden by access.
    """
    found = kind_named(kind)
    access.object_to_grant(actor, found, object_id)
    return holders_of(found, object_id)


def holders_of(found: Grantable, object_id: UUID) -> list[Grant]:
    """The same, for whoever has asked already who may know it."""
    about = {found.thing_id: object_id}
    people = found.people.objects.filter(**about).order_by("user__name")
    groups = found.groups.objects.filter(**about).order_by("group__name")
    return [
        Grant(id_, None, name)
        for id_, name in people.values_list("user_id", "user__name")[:MOST_GRANTS]
    ] + [
        Grant(None, id_, name)
        for id_, name in groups.values_list("group_id", "group__name")[:MOST_GRANTS]
    ]


def open_consoles(group_ids: frozenset[UUID]) -> bool:
    """Say whether any of these groups was granted something that opens the console; one query."""
    asked = " OR ".join(
        f"EXISTS (SELECT 1 FROM ({kind.holders('group')}) g"
        " WHERE g.group_id = ANY(%(ids)s::uuid[]))"
        for kind in kinds()
        if kind.opens_console
    )
    if not asked:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", {"ids": list(group_ids)})
        return cursor.fetchone()[0]
