"""Read conversations, as one actor meets them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.actors import actor_for
from accounts.people.models import User
from accounts.people.selectors import page_by_name
from accounts.tokens.reach import find_channels_with
from core.actor import Actor
from core.paging import Page, decode_cursor, encode_cursor
from core.text import clean_query
from messaging.conversations.access import Do, place_for, places_for, visible_conversations
from messaging.conversations.models import Conversation, Kind, Membership

UNREAD_CAP = 100
"""Unread counts stop here; clients show 99+."""

_SUMMARY = """
SELECT c.id, c.kind, c.name, c.topic, c.purpose, c.archived_at, c.created_at, c.created_by_id,
       coalesce(s.last_seq, 0) AS last_seq,
       c.posting, c.replying, c.history, c.history_days, c.response_minutes, c.review_on,
       m.role, m.read_seq, m.joined_at, m.may_post,
       m.section_id, m.position, m.is_favourite, m.is_muted,
       (SELECT count(*) FROM messaging_membership x WHERE x.conversation_id = c.id) AS member_count,
       CASE WHEN c.kind = 'direct' THEN
           (SELECT array_agg(x.user_id ORDER BY x.user_id) FROM messaging_membership x
             WHERE x.conversation_id = c.id) END AS member_ids,
       (SELECT x.created_at FROM messaging_message x
         WHERE x.conversation_id = c.id ORDER BY x.seq DESC LIMIT 1) AS last_message_at,
       CASE WHEN m.read_seq < s.last_seq THEN
           (SELECT count(*) FROM (
               SELECT 1 FROM messaging_message x
                WHERE x.conversation_id = c.id AND x.seq > m.read_seq
                  AND x.deleted_at IS NULL AND x.author_id IS DISTINCT FROM m.user_id
                  AND x.kind <> 'system'
                  AND (x.thread_id IS NULL OR x.also_in_conversation)
                LIMIT %(cap)s) capped)
           ELSE 0 END AS unread,
       CASE WHEN m.read_seq < s.last_seq THEN
           (SELECT count(*) FROM (
               SELECT DISTINCT x.seq FROM messaging_mention x
                WHERE (x.user_id = m.user_id OR x.user_id IS NULL)
                  AND x.conversation_id = c.id AND x.seq > m.read_seq
                  AND x.author_id IS DISTINCT FROM m.user_id
                  -- A handler drops the rows of a deleted message, a moment later.
                  AND EXISTS (SELECT 1 FROM messaging_message y
                               WHERE y.id = x.message_id AND y.deleted_at IS NULL)
                LIMIT %(cap)s) capped)
           ELSE 0 END AS mentions
  FROM messaging_conversation c
  LEFT JOIN events_stream s ON s.id = c.id
  LEFT JOIN messaging_membership m ON m.conversation_id = c.id AND m.user_id = %(user_id)s
 WHERE c.id = ANY(%(ids)s)
"""


def conversations(
    actor: Actor,
    *,
    scope: str = "mine",
    sort: str = "made",
    query: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict]:
    """The actor's conversations, public or archived ones, or all; as they were made, or by name.

    Shape   a page of conversation views, two queries whatever the size.
    Errors  Invalid for a cursor that is not ours.
    """
    rows = _scoped(actor, scope)
    if query := clean_query(query):
        rows = rows.filter(name__icontains=query)
    if sort == "name":
        return _by_name(actor, rows, cursor, limit)
    if cursor:
        (after,) = decode_cursor(cursor, UUID)
        rows = rows.filter(id__gt=after)
    ids = list(rows.order_by("id").values_list("id", flat=True)[: limit + 1])
    page = ids[:limit]
    following = encode_cursor(page[-1]) if len(ids) > limit else None
    return Page(summaries(actor, page), following)


def _by_name(
    actor: Actor, rows: QuerySet[Conversation], cursor: str | None, limit: int
) -> Page[dict]:
    """Channels by their names, whatever the case; direct messages have none and are left out."""
    rows = rows.exclude(name=None).annotate(sorted_by=Lower("name"))
    if cursor:
        name, after = decode_cursor(cursor, str, UUID)
        rows = rows.filter(Q(sorted_by__gt=name) | Q(sorted_by=name, id__gt=after))
    found = list(rows.order_by("sorted_by", "id").values_list("sorted_by", "id")[: limit + 1])
    page = found[:limit]
    following = encode_cursor(*page[-1]) if len(found) > limit else None
    return Page(summaries(actor, [id_ for _, id_ in page]), following)


def summaries(actor: Actor, ids: Sequence[UUID]) -> list[dict]:
    """What the sidebar shows of conversations, in the order of the ids; one query.

    The caller has trimmed the ids to what the actor may see.
    Units   unread counts what others said past the read cursor, and stops at UNREAD_CAP. Lines of
            the system do not count, nor do replies: their threads are read by themselves.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, {"cap": UNREAD_CAP, "user_id": actor.user_id, "ids": list(ids)})
        names = [column.name for column in cursor.description]
        rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return [rows[id_] for id_ in ids if id_ in rows]


def summary(actor: Actor, conversation_id: UUID) -> dict:
    """One conversation; NotFound where it may not be known."""
    place_for(actor, conversation_id, Do.READ)
    return summaries(actor, [conversation_id])[0]


def members(
    actor: Actor,
    *,
    conversation_id: UUID,
    query: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Membership]:
    """Who belongs to a conversation, by name; with a query those with it in their names."""
    place_for(actor, conversation_id, Do.READ)
    rows = Membership.objects.filter(conversation_id=conversation_id)
    if query := clean_query(query):
        rows = rows.filter(user__name__icontains=query)
    return page_by_name(rows, "user__name", "user_id", cursor=cursor, limit=limit)


def people_visible_to(actor: Actor) -> QuerySet | None:
    """The ids of the people a guest may know of: those they share a conversation with.

    None for everybody else, who may see the whole organisation.
    """
    if not actor.is_guest:
        return None
    mine = Membership.objects.filter(user_id=actor.user_id).values("conversation_id")
    return Membership.objects.filter(conversation_id__in=mine).values("user_id")


def _scoped(actor: Actor, scope: str) -> QuerySet[Conversation]:
    mine = Membership.objects.filter(user_id=actor.user_id).values("conversation_id")
    if scope == "mine":
        return Conversation.objects.filter(id__in=mine)
    if scope == "open":
        rows = visible_conversations(actor).exclude(kind=Kind.DIRECT).filter(archived_at=None)
        return rows.exclude(id__in=mine)
    if scope == "public":
        return visible_conversations(actor).filter(kind=Kind.PUBLIC, archived_at=None)
    if scope == "archived":
        return visible_conversations(actor).exclude(archived_at=None)
    return visible_conversations(actor)


def _seen_by(user_id: UUID, conversation_ids: Collection[UUID]) -> Collection[UUID]:
    person = User.objects.get(id=user_id)
    return places_for(actor_for(person), conversation_ids).keys()


find_channels_with(_seen_by)
