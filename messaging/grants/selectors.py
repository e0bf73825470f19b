"""Read who was granted what."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.groups.closure import PEOPLE_IN
from accounts.roles.places import Places, knows_places
from core.actor import Actor
from core.permissions import Permission
from messaging.conversations.access import visible_conversations
from messaging.conversations.models import Conversation, Kind
from messaging.grants.access import conversation_to_grant
from messaging.grants.models import ConversationGroupGrant, ConversationUserGrant

MOST_GRANTS = 1000


class Grant(NamedTuple):
    """One grant: to a person or a group."""

    user_id: UUID | None
    group_id: UUID | None
    name: str


def grants_of(actor: Actor, conversation_id: UUID) -> list[Grant]:
    """Whom a channel is granted to, people first, by name."""
    conversation_to_grant(actor, conversation_id)
    people = ConversationUserGrant.objects.filter(content_object_id=conversation_id)
    groups = ConversationGroupGrant.objects.filter(content_object_id=conversation_id)
    by_person = people.values_list("user_id", "user__name").order_by("user__name")[:MOST_GRANTS]
    by_group = groups.values_list("group_id", "group__name").order_by("group__name")[:MOST_GRANTS]
    return [Grant(id_, None, name) for id_, name in by_person] + [
        Grant(None, id_, name) for id_, name in by_group
    ]


def granted_people(conversation_id: UUID, *, among: Collection[UUID] | None = None) -> set[UUID]:
    """The active people who reach a conversation by a grant, all or among these; one query."""
    sql = f"""
        SELECT u.id FROM accounts_user u
         WHERE u.is_active AND (%(among)s::uuid[] IS NULL OR u.id = ANY(%(among)s::uuid[]))
           AND (u.id IN (SELECT g.user_id FROM messaging_conversationusergrant g
                          WHERE g.content_object_id = %(id)s)
                OR u.id IN ({PEOPLE_IN.replace("unnest(%(ids)s::uuid[])", _GROUPS)}))
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"id": conversation_id, "among": None if among is None else list(among)}
        )
        return {row[0] for row in cursor.fetchall()}


_GROUPS = "g.group_id FROM messaging_conversationgroupgrant g WHERE g.content_object_id = %(id)s"


def conversations_granted_to(group_ids: Collection[UUID]) -> list[UUID]:
    """The conversations that any of these groups was granted, in the order of their ids."""
    rows = ConversationGroupGrant.objects.filter(group_id__in=group_ids)
    return sorted(set(rows.values_list("content_object_id", flat=True)))


def known_channels(actor: Actor) -> QuerySet[Conversation]:
    """The channels that the actor may know of: all for whoever manages any, else what they see."""
    if actor.may(Permission.CHANNELS_MANAGE_ANY):
        rows = Conversation.objects.all()
    else:
        rows = visible_conversations(actor)
    return rows.exclude(kind=Kind.DIRECT)


def _offered(actor: Actor, most: int) -> list[str]:
    rows = known_channels(actor).filter(archived_at=None).exclude(name=None)
    return list(rows.order_by("name").values_list("name", flat=True).distinct()[:most])


def _named(actor: Actor, name: str) -> list[UUID]:
    rows = known_channels(actor).filter(name__iexact=name.removeprefix("#"))
    return list(rows.values_list("id", flat=True)[:2])


def _knows(actor: Actor, conversation_id: UUID) -> bool:
    return known_channels(actor).filter(id=conversation_id).exists()


def _title(actor: Actor, column: str) -> Subquery:
    return Subquery(known_channels(actor).filter(id=OuterRef(column)).values("name")[:1])


knows_places(Places(offered=_offered, named=_named, knows=_knows, title=_title))
