"""People and groups as SCIM documents: how they are asked for, and what a provider sees of them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

import orjson
from django.db import connection

from accounts.groups.models import Group, GroupMember
from accounts.people.models import User
from accounts.scim.filters import Compare
from accounts.scim.models import ScimPerson
from accounts.scim.schema import ENTERPRISE, GROUP, USER
from accounts.scim.sql import Compiled, Kind, id_is

MOST_MEMBERS = 20_000

# A person nobody synchronised yet is seen, too: that is how a provider finds whom it takes over.
_PEOPLE = """
SELECT u.id, u.created_at, coalesce(s.modified_at, u.created_at) AS modified_at,
       s.user_name, s.external_id, u.email, s.user_id AS synced_id,
       (jsonb_build_object('displayName', u.name)
        || coalesce(s.attributes, '{}'::jsonb)
        || jsonb_build_object(
               'userName', coalesce(s.user_name, u.email, u.id::text),
               'externalId', s.external_id,
               'active', u.is_active)
        || CASE WHEN s.user_id IS NULL AND u.email IS NOT NULL
                THEN jsonb_build_object('emails', jsonb_build_array(
                         jsonb_build_object('value', u.email, 'primary', true)))
                ELSE '{}'::jsonb END) AS doc
  FROM accounts_user u LEFT JOIN accounts_scimperson s ON s.user_id = u.id
 WHERE NOT u.is_bot AND s.deleted_at IS NULL
"""
_GROUPS = """
SELECT g.id, g.created_at, g.modified_at, g.external_id, g.name,
       jsonb_build_object('displayName', g.name, 'externalId', g.external_id) AS doc
  FROM accounts_group g
"""


def _fast_person(tree: Compare) -> Compiled | None:
    """What providers ask before each change, by an index."""
    name, value = tree.name.attribute.lower(), str(tree.value)
    if tree.operator != "eq" or tree.name.sub or tree.name.schema.lower() not in ("", USER.lower()):
        return id_is(tree, "id")
    if name == "username":
        value = normalize("NFC", value)
        return Compiled(
            "(id IN (SELECT n.user_id FROM accounts_scimperson n"
            " WHERE lower(n.user_name) = lower(%s) UNION ALL"
            " SELECT n.id FROM accounts_user n WHERE lower(n.email) = lower(%s)"
            " AND NOT EXISTS (SELECT FROM accounts_scimperson o WHERE o.user_id = n.id)))",
            [value, value],
        )
    if name == "externalid":
        return Compiled("(external_id = %s)", [value])
    return id_is(tree, "id")


def _fast_group(tree: Compare) -> Compiled | None:
    name, value = tree.name.attribute.lower(), str(tree.value)
    if name == "members" and tree.operator == "eq" and tree.name.sub.lower() in ("", "value"):
        try:
            id_ = UUID(value)
        except ValueError:
            return Compiled("FALSE")
        sql = (
            "(id IN (SELECT n.group_id FROM accounts_groupmember n"
            " WHERE n.user_id = %s OR n.child_id = %s))"
        )
        return Compiled(sql, [id_, id_])
    if tree.operator != "eq" or tree.name.sub or tree.name.schema:
        return id_is(tree, "id")
    if name == "displayname":
        return Compiled("(lower(name) = lower(%s))", [value])
    if name == "externalid":
        return Compiled("(external_id = %s)", [value])
    return id_is(tree, "id")


PEOPLE = Kind("User", _fast_person, "created_at", "modified_at")
GROUPS = Kind("Group", _fast_group, "created_at", "modified_at")


def ids_of(
    kind: Kind, where: Compiled, *, order: str, order_params: list[Any], limit: int, offset: int
) -> list[UUID]:
    """The ids of the resources that a condition finds, in an order; one query."""
    base = _PEOPLE if kind is PEOPLE else _GROUPS
    sql = f"SELECT id FROM ({base}) x WHERE {where.sql} ORDER BY {order} LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*where.params, *order_params, limit, offset])
        return [row[0] for row in cursor.fetchall()]


def count_of(kind: Kind, where: Compiled) -> int:
    """How many there are; one query."""
    base = _PEOPLE if kind is PEOPLE else _GROUPS
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({base}) x WHERE {where.sql}", where.params)
        return cursor.fetchone()[0]


def people_documents(
    base_url: str, ids: Sequence[UUID], *, with_groups: bool = True
) -> list[dict[str, Any]]:
    """People as the provider sees them, in the order of the ids; two queries."""
    rows = User.objects.select_related("scim").in_bulk(list(ids))
    groups: dict[UUID, list[dict[str, Any]]] = {}
    if with_groups:
        members = GroupMember.objects.filter(user_id__in=ids).select_related("group")
        for row in members.order_by("group__name"):
            groups.setdefault(row.user_id, []).append(_membership(base_url, row.group))
    return [person_document(base_url, rows[id_], groups.get(id_)) for id_ in ids if id_ in rows]


def person_document(
    base_url: str, user: User, groups: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """One person as the provider sees them."""
    synced = scim_of(user)
    core = {"id": str(user.id), **core_of_person(user, synced)}
    schemas = [USER, *([ENTERPRISE] if ENTERPRISE in core else [])]
    modified = synced.modified_at if synced else user.created_at
    document = {"schemas": schemas, **core}
    if groups:
        document["groups"] = groups
    document["meta"] = _meta(base_url, "User", user.id, user.created_at, modified, core)
    return document


def core_of_person(user: User, synced: ScimPerson | None) -> dict[str, Any]:
    """The attributes that a provider may change, with the account's own values."""
    if synced is None:
        core: dict[str, Any] = {
            "userName": user.email or str(user.id),
            "displayName": user.name,
            "active": user.is_active,
        }
        if user.email:
            core["emails"] = [{"value": user.email, "primary": True}]
        if user.title:
            core["title"] = user.title
        return core
    core = {**synced.attributes, "userName": synced.user_name}
    if synced.external_id is not None:
        core["externalId"] = synced.external_id
    if core.get("active", False) is None:
        del core["active"]
    elif "active" in core or not user.is_active:
        core["active"] = user.is_active
    return core


def scim_of(user: User) -> ScimPerson | None:
    """What the directory says of a person, if anything."""
    try:
        return user.scim  # type: ignore[attr-defined]
    except ScimPerson.DoesNotExist:
        return None


def group_documents(
    base_url: str, ids: Sequence[UUID], *, with_members: bool = True
) -> list[dict[str, Any]]:
    """Groups as the provider sees them, in the order of the ids; two queries."""
    rows = Group.objects.in_bulk(list(ids))
    members: dict[UUID, list[dict[str, Any]]] = {}
    if with_members:
        listed = GroupMember.objects.filter(group_id__in=ids).order_by("id")
        values = listed.values_list("group_id", "user_id", "child_id")
        for group_id, user_id, child_id in values[: MOST_MEMBERS * len(ids)]:
            member = _member(base_url, user_id or child_id, child_id is not None)
            members.setdefault(group_id, []).append(member)
    return [_group_document(base_url, rows[id_], members.get(id_)) for id_ in ids if id_ in rows]


def _group_document(
    base_url: str, group: Group, members: list[dict[str, Any]] | None
) -> dict[str, Any]:
    core: dict[str, Any] = {"id": str(group.id), "displayName": group.name}
    if group.external_id is not None:
        core["externalId"] = group.external_id
    document = {"schemas": [GROUP], **core}
    if members:
        document["members"] = members
    marks = {**core, "at": group.modified_at.isoformat()}
    document["meta"] = _meta(
        base_url, "Group", group.id, group.created_at, group.modified_at, marks
    )
    return document


def _membership(base_url: str, group: Group) -> dict[str, Any]:
    return {
        "value": str(group.id),
        "display": group.name,
        "type": "direct",
        "$ref": f"{base_url}/Groups/{group.id}",
    }


def _member(base_url: str, id_: UUID, is_group: bool) -> dict[str, Any]:
    kind = "Group" if is_group else "User"
    return {
        "value": str(id_),
        "type": kind,
        "$ref": f"{base_url}/{kind}s/{id_}",
    }


def _meta(
    base_url: str, kind: str, id_: UUID, created: datetime, modified: datetime, core: dict[str, Any]
) -> dict[str, Any]:
    digest = hashlib.sha256(orjson.dumps(core, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]
    return {
        "resourceType": kind,
        "created": _when(created),
        "lastModified": _when(modified),
        "location": f"{base_url}/{kind}s/{id_}",
        "version": f'W/"{digest}"',
    }


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
