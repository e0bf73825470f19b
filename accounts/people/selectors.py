"""Read people."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.people.models import User
from core.actor import Actor
from core.errors import NotFound
from core.paging import Page, decode_cursor, encode_cursor
from core.text import clean_query


def known_people(user_ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids are active people of this organisation."""
    return set(User.objects.filter(id__in=user_ids, is_active=True).values_list("id", flat=True))


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
    if cursor:
        name, after = decode_cursor(cursor, str, UUID)
        rows = rows.filter(Q(name__gt=name) | Q(name=name, id__gt=after))
    found = list(rows.order_by("name", "id")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    following = encode_cursor(found[-1].name, found[-1].id) if more else None
    return Page(found, following)


def person(actor: Actor, user_id: UUID, *, visible: QuerySet | None = None) -> User:
    """One person; NotFound where there is none or the actor may not know of them."""
    rows = User.objects.filter(id=user_id)
    if visible is not None and user_id != actor.user_id:
        rows = rows.filter(id__in=visible)
    found = rows.first()
    if found is None:
        raise NotFound("user")
    return found
