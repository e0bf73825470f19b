"""Read people."""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from accounts.people.models import SortedName, User
from core.actor import Actor
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from core.text import clean_query


def known_people(user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids are active people of this organisation."""
    return set(User.objects.filter(id__in=user_ids, is_active=True).values_list("id", flat=True))


def name_of(user_id: UUID | None) -> str:
    """A person's name; empty for nobody."""
    return User.objects.filter(id=user_id).values_list("name", flat=True).first() or ""


def people(
    actor: Actor,
    *,
    query: str = "",
    ids: Collection[UUID] = (),
    visible: QuerySet | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[User]:
    """The people one may see, by name.

    `visible` narrows them further, as a query of user ids: guests see whom they share a
    conversation with, which is for the features above to say.
    """
    rows = User.objects.all()
    if visible is not None:
        rows = rows.filter(Q(id__in=visible) | Q(id=actor.user_id))
    if ids:
        rows = rows.filter(id__in=ids)
    if query := clean_query(query):
        rows = rows.filter(Q(name__icontains=query) | Q(email__istartswith=query))
    return page_by_name(rows, "name", "id", cursor=cursor, limit=limit)


def page_by_name[T: Model](
    rows: QuerySet[T], name: str, id_: str, *, cursor: str | None, limit: int
) -> Page[T]:
    """A page of people, or of rows about people, by their names without case and accents.

    `name` and `id_` are the fields of the person, from the rows' point of view. An index on people
    has this order, so that a page of very many need not sort them all.
    """
    rows = rows.annotate(sorted_by=SortedName(name))
    if cursor:
        last, after = decode_cursor(cursor, str, UUID)
        beyond = Q(sorted_by__gt=last) | Q(("sorted_by", last), (f"{id_}__gt", after))
        # Said twice: by the first the index knows where to begin.
        rows = rows.filter(Q(sorted_by__gte=last), beyond)
    found = list(rows.order_by("sorted_by", id_)[: limit + 1])
    page = found[:limit]
    if len(found) <= limit:
        return Page(page, None)
    return Page(page, encode_cursor(cast(Any, page[-1]).sorted_by, getattr(page[-1], id_)))


def person(actor: Actor, user_id: UUID, *, visible: QuerySet | None = None) -> User:
    """One person; NotFound where there is none or the actor may not know of them."""
    rows = User.objects.filter(id=user_id)
    if visible is not None and user_id != actor.user_id:
        rows = rows.filter(id__in=visible)
    found = rows.first()
    if found is None:
        raise NotFound("user")
    return found
