"""Read what an organisation's own roles allow, and over what."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from accounts.groups.closure import ABOVE, ABOVE_PERSON
from accounts.roles import access
from accounts.roles.models import CustomRole, RoleAssignment
from core.actor import Actor
from core.errors import NotFound
from core.permissions import ROLE_PERMISSIONS, Permission, Role, known_permissions

_HELD = f"""
SELECT {{what}} FROM accounts_roleassignment a JOIN accounts_customrole r ON r.id = a.role_id
 WHERE (a.user_id = %(user)s OR a.group_id IN ({ABOVE_PERSON.format(user="%(user)s")}))
   AND %(permission)s = ANY(r.permissions)
"""
_OVER_GROUP = _HELD.format(what="1") + f" AND a.over_group_id IN ({ABOVE}) LIMIT 1"
_OVER_CONVERSATION = _HELD.format(what="1") + " AND a.over_conversation_id = %(id)s LIMIT 1"
_OVER_GROUPS = _HELD.format(what="a.over_group_id") + " AND a.over_group_id IS NOT NULL"

_GIVEN = """
SELECT DISTINCT p FROM accounts_roleassignment a JOIN accounts_customrole r ON r.id = a.role_id,
       unnest(r.permissions) p WHERE a.group_id = ANY(%(ids)s::uuid[])
"""


def may_over_group(actor: Actor, permission: Permission, group_id: UUID) -> bool:
    """Say whether a role given over this group, or one that holds it, allows this; one query."""
    params = {"user": actor.user_id, "permission": permission.value, "ids": [group_id]}
    return bool(_rows(_OVER_GROUP, params))


def may_over_conversation(actor: Actor, permission: Permission, conversation_id: UUID) -> bool:
    """Say whether a role given over this channel alone allows this; one query."""
    params = {"user": actor.user_id, "permission": permission.value, "id": conversation_id}
    return bool(_rows(_OVER_CONVERSATION, params))


def groups_under(actor: Actor, permission: Permission) -> set[UUID]:
    """The groups over which the actor was given this permission; those within them follow."""
    params = {"user": actor.user_id, "permission": permission.value}
    return {row[0] for row in _rows(_OVER_GROUPS, params)}


def given_by_groups(group_ids: Collection[UUID]) -> frozenset[Permission]:
    """Everything that roles given to these very groups allow, wherever they reach; one query."""
    rows = _rows(_GIVEN, {"ids": list(group_ids)})
    return known_permissions(row[0] for row in rows)


def product_roles() -> list[tuple[Role, frozenset[Permission]]]:
    """The roles of the product with what they allow."""
    return list(ROLE_PERMISSIONS.items())


def roles(actor: Actor) -> list[CustomRole]:
    """The organisation's own roles, by name; for whoever manages roles."""
    access.check_manages(actor)
    return list(CustomRole.objects.order_by("name")[:_MOST])


def assignments(actor: Actor, role_id: UUID) -> list[RoleAssignment]:
    """Who has a role; NotFound where there is none."""
    access.check_manages(actor)
    if not CustomRole.objects.filter(id=role_id).exists():
        raise NotFound("role")
    return list(RoleAssignment.objects.filter(role_id=role_id).order_by("id")[:_MOST])


_MOST = 1000


def _rows(sql: str, params: dict[str, object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
