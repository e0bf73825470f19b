"""Keeps with each person what the organisation's own roles grant them."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from accounts.groups.closure import ABOVE_PERSON
from accounts.groups.hooks import Moved, on_moved
from accounts.groups.selectors import people_in
from accounts.roles.models import RoleAssignment
from core.actor import Actor
from core.permissions import Permission

# A role over some groups or channels only, and a grant of something whose page is in the console,
# show in the person no more than that they open it: what they allow is asked when it matters.
_REFRESH = f"""
UPDATE accounts_user u SET granted = fresh.names
  FROM (SELECT one.id,
               (SELECT array_agg(DISTINCT p ORDER BY p)
                  FROM (SELECT p
                          FROM accounts_roleassignment a
                          JOIN accounts_customrole r ON r.id = a.role_id,
                               unnest(r.permissions) p
                         WHERE ((a.over_group_id IS NULL AND a.over_conversation_id IS NULL)
                                OR p = %(console)s)
                           AND (a.user_id = one.id
                                OR a.group_id IN ({ABOVE_PERSON.format(user="one.id")}))
                        {{openers}}) allowed(p)
               ) AS names
          FROM unnest(%(ids)s::uuid[]) one(id)) fresh
 WHERE u.id = fresh.id AND u.granted IS DISTINCT FROM fresh.names
"""
_OPENER = f"""
UNION ALL SELECT %(console)s WHERE EXISTS (
    SELECT 1 FROM ({{people}}) g WHERE g.user_id = one.id)
UNION ALL SELECT %(console)s WHERE EXISTS (
    SELECT 1 FROM ({{groups}}) g WHERE g.group_id IN ({ABOVE_PERSON.format(user="one.id")}))
"""
_openers: list[str] = []


def opens_console(*, people: str, groups: str) -> None:
    """Let whoever is among these, or whose group is, open the console.

    Both are SQL: they select a `user_id`, and a `group_id`.
    """
    _openers.append(_OPENER.format(people=people, groups=groups))


def refresh(user_ids: Collection[UUID]) -> None:
    """Write down what roles grant these people now; one statement."""
    if not user_ids:
        return
    with connection.cursor() as cursor:
        params = {"ids": sorted(user_ids), "console": Permission.CONSOLE_OPEN.value}
        cursor.execute(_REFRESH.format(openers="".join(_openers)), params)


def refresh_holders(assignments: Collection[RoleAssignment]) -> None:
    """The same for whoever has these roles, themselves or by a group."""
    groups = {row.group_id for row in assignments if row.group_id is not None}
    refresh({row.user_id for row in assignments if row.user_id is not None} | people_in(groups))


@on_moved
def refresh_moved(actor: Actor, moved: Moved) -> None:
    """Whoever comes into a group with a role has it with the commit, and loses it so."""
    if RoleAssignment.objects.filter(group_id__in=moved.group_ids).exists():
        refresh(moved.user_ids)
    elif not moved.came:
        # The group may have gone, and its assignments with it.
        refresh_stale(moved.user_ids)


def refresh_stale(user_ids: Collection[UUID]) -> None:
    """Refresh those of these people who have anything granted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM accounts_user WHERE id = ANY(%s::uuid[]) AND granted IS NOT NULL",
            [sorted(user_ids)],
        )
        refresh([row[0] for row in cursor.fetchall()])
