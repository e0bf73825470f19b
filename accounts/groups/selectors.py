"""Read groups, and who is in them by whatever nesting."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.groups.closure import ABOVE, ABOVE_PERSON, BELOW, PEOPLE_IN
from accounts.groups.models import Group, GroupMember
from core.actor import Actor
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from core.text import clean_query


def group_ids_of(user_id: UUID | None) -> set[UUID]:
    """Every group that a person belongs to, directly or by nesting; one query."""
    return _ids(ABOVE_PERSON.format(user="%(user)s"), user=user_id)


def group_ids_in_sql(user_id: UUID) -> RawSQL:
    """The same as a part of another query, to filter by."""
    return RawSQL(ABOVE_PERSON.format(user="%s"), [user_id])  # noqa: S611 - our own text


def member_ids_of(group_id: UUID) -> set[UUID]:
    """Everybody in a group, directly or by nesting, deactivated people too; one query."""
    return people_in([group_id])


def people_in(group_ids: Collection[UUID]) -> set[UUID]:
    """Everybody in any of these groups, directly or by nesting; one query."""
    return _ids(PEOPLE_IN, ids=list(group_ids)) if group_ids else set()


def groups_above(group_ids: Collection[UUID]) -> set[UUID]:
    """These groups and all that hold one of them, by whatever nesting; one query."""
    return _ids(ABOVE, ids=list(group_ids)) if group_ids else set()


def groups_below(group_ids: Collection[UUID]) -> set[UUID]:
    """These groups and all within them, by whatever nesting; one query."""
    return _ids(BELOW, ids=list(group_ids)) if group_ids else set()


def known_groups(group_ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids are groups of this organisation."""
    return set(Group.objects.filter(id__in=group_ids).values_list("id", flat=True))


def groups(
    actor: Actor,
    *,
    query: str = "",
    ids: Collection[UUID] = (),
    mine: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Group]:
    """The groups one may see, by name, each with `people`, its direct members' number.

    Guests see the groups they belong to.
    """
    rows = visible_groups(actor)
    if mine:
        rows = rows.filter(id__in=group_ids_of(actor.user_id))
    if ids:
        rows = rows.filter(id__in=ids)
    if query := clean_query(query):
        rows = rows.filter(Q(name__icontains=query) | Q(handle__istartswith=query))
    if cursor:
        name, after = decode_cursor(cursor, str, UUID)
        rows = rows.filter(Q(name__gt=name) | Q(name=name, id__gt=after))
    found = list(_counted(rows).order_by("name", "id")[: limit + 1])
    page = found[:limit]
    following = encode_cursor(page[-1].name, page[-1].id) if len(found) > limit else None
    return Page(page, following)


def group(actor: Actor, group_id: UUID) -> Group:
    """One group; NotFound where there is none or the actor may not know of it."""
    found = _counted(visible_groups(actor).filter(id=group_id)).first()
    if found is None:
        raise NotFound("group")
    return found


def members(
    actor: Actor, *, group_id: UUID, cursor: str | None = None, limit: int = 50
) -> Page[GroupMember]:
    """The people and groups that a group holds directly, in the order they came."""
    group(actor, group_id)
    rows = GroupMember.objects.filter(group_id=group_id)
    if cursor:
        (after,) = decode_cursor(cursor, UUID)
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id")[: limit + 1])
    page = found[:limit]
    return Page(page, encode_cursor(page[-1].id) if len(found) > limit else None)


def visible_groups(actor: Actor) -> QuerySet[Group]:
    """Every group the actor may know of: guests those they are in, others all."""
    rows = Group.objects.all()
    return rows.filter(id__in=group_ids_of(actor.user_id)) if actor.is_guest else rows


def _counted(rows: QuerySet[Group]) -> QuerySet[Group]:
    return rows.annotate(people=Count("members", filter=Q(members__user__is_active=True)))


def _ids(sql: str, **params: object) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[0] for row in cursor.fetchall()}
