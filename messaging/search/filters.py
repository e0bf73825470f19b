"""Turns filters such as `from:ana` and `in:general` into conditions, by looking names up."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor
from core.errors import Invalid
from core.ids import id_at
from messaging.conversations.access import visible_conversations
from messaging.conversations.selectors import people_visible_to
from messaging.search.query import Filter, Query

_MOST_NAMED = 20
_ZERO = UUID(int=0)
_MARGIN = timedelta(hours=1)

LINK = "m.words @@ '''has:link'''::tsquery"
_FILE = (
    "(m.parts & 1 <> 0 AND EXISTS (SELECT FROM messaging_file x"
    " WHERE x.message_id = m.id AND x.deleted_at IS NULL))"
)
_THREAD = "(m.thread_id IS NOT NULL OR m.reply_count > 0)"
_MENTIONS = (
    "EXISTS (SELECT FROM messaging_mention x WHERE x.message_id = m.id"
    " AND (x.user_id = %(user_id)s OR (x.user_id IS NULL AND m.author_id <> %(user_id)s)))"
)
_FIXED = {
    ("has", "link"): LINK,
    ("has", "file"): _FILE,
    ("is", "thread"): _THREAD,
    ("mentions", "me"): _MENTIONS,
}


def conditions(actor: Actor, query: Query, *, zone: ZoneInfo) -> tuple[list[str], dict[str, Any]]:
    """The conditions of a query's filters, and their parameters.

    Errors  Invalid names `q` where nobody, or no channel that the actor may know, has the name.
    """
    where: list[str] = []
    params: dict[str, Any] = {}
    named: dict[tuple[str, bool], list[UUID]] = {}
    for one in query.filters:
        fixed = _FIXED.get((one.name, one.value))
        if fixed is not None:
            where.append(f"NOT {fixed}" if one.is_excluded else fixed)
            continue
        ids = _people(actor, one) if one.name == "from" else _places(actor, one)
        named.setdefault((one.name, one.is_excluded), []).extend(ids)
    for (name, is_excluded), ids in named.items():
        column = "m.author_id" if name == "from" else "m.conversation_id"
        param = f"{name}_{'not' if is_excluded else 'is'}"
        # Several of a kind are alternatives: nobody writes as two people.
        # One by itself: an index then gives what they wrote in its order, and not all of it.
        same = f"{column} = %({param})s" if len(ids) == 1 else f"{column} = ANY(%({param})s)"
        where.append(f"({same}) IS NOT TRUE" if is_excluded else same)
        params[param] = ids[0] if len(ids) == 1 else ids
    for name, day, operator in (("since", query.since, ">="), ("until", query.until, "<")):
        if day is not None:
            moment = datetime.combine(day, time(), zone).astimezone(UTC)
            # Ids rise with time and have an index; they are made a moment before, or after.
            where.append(f"m.created_at {operator} %({name})s AND m.id {operator} %({name}_id)s")
            params[name] = moment
            around = moment + (_MARGIN if name == "until" else -_MARGIN)
            params[f"{name}_id"] = id_at(around, salt=_ZERO)
    return where, params


def zone_of(actor: Actor) -> ZoneInfo:
    """The person's time zone: their days are meant."""
    name = User.objects.filter(id=actor.user_id).values_list("time_zone", flat=True).first()
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def _people(actor: Actor, one: Filter) -> list[UUID]:
    value = one.value.lstrip("@").strip()
    if value.lower() == "me" and actor.user_id is not None:
        return [actor.user_id]
    seen = people_visible_to(actor)
    people = User.objects.all() if seen is None else User.objects.filter(id__in=seen)
    as_id = _uuid(value)
    exact = Q(id=as_id) if as_id else Q(name__iexact=value) | Q(email__iexact=value)
    found = list(people.filter(exact).values_list("id", flat=True)[:_MOST_NAMED])
    if not found and value:
        by_word = Q(name__istartswith=value) | Q(name__icontains=f" {value}")
        found = list(people.filter(by_word).values_list("id", flat=True)[:_MOST_NAMED])
    if not found:
        words = _("Nobody here is called %(name)s.") % {"name": value or "@"}
        raise Invalid.field("q", words, code="no_such_person")
    return found


def _places(actor: Actor, one: Filter) -> list[UUID]:
    value = one.value.lstrip("#").strip()
    places = visible_conversations(actor)
    as_id = _uuid(value)
    exact = Q(id=as_id) if as_id else Q(name__iexact=value)
    found = list(places.filter(exact).values_list("id", flat=True)[:_MOST_NAMED])
    if not found:
        words = _("There is no channel called %(name)s that you can see.") % {"name": value or "#"}
        raise Invalid.field("q", words, code="no_such_channel")
    return found


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
