"""Who may do what with a conversation: fetch it for a purpose, or refuse."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden, NotFound
from events.journal import Gate
from messaging.conversations.granted import GRANTED_TO, is_granted
from messaging.conversations.history import history_begins
from messaging.conversations.models import (
    Conversation,
    History,
    Kind,
    MemberRole,
    Membership,
    Who,
)
from tenants.statements import hot_rows


class Do(StrEnum):
    """Purposes for which a conversation is fetched."""

    READ = "read"
    JOIN = "join"
    LEAVE = "leave"
    POST = "post"
    REPLY = "reply"
    TAKE_PART = "take_part"
    INVITE = "invite"
    EDIT = "edit"
    ARCHIVE = "archive"
    REMOVE = "remove"
    MANAGE = "manage"
    CONVERT = "convert"


_WHY_NOT = {
    Do.JOIN: _("Only public channels that are not archived can be joined."),
    Do.LEAVE: _("Direct messages cannot be left."),
    Do.POST: _("Join the conversation first; archived ones accept no messages."),
    Do.REPLY: _("Join the conversation first; archived ones accept no replies."),
    Do.TAKE_PART: _("Join the conversation first; archived ones accept nothing new."),
    Do.INVITE: _("Only members may add people, and nobody can be added to a direct message."),
    Do.EDIT: _("Only members may change a channel, and only while it is not archived."),
    Do.ARCHIVE: _("Only the channel's owners and the organisation's admins may do this."),
    Do.REMOVE: _("Only the channel's owners and the organisation's admins may remove people."),
    Do.MANAGE: _("Only the channel's owners and the organisation's admins may change this."),
    Do.CONVERT: _("Only group messages of three or more people can become a channel."),
}

_NOT_HEARD = {
    Who.OWNERS: _("Only the channel's owners and the organisation's admins can post here."),
    Who.NAMED: _("Only the channel's owners and the people they named can post here."),
}

SEES_NOTHING = 2**62
"""Where the history begins for whoever may read none of it."""

# How a person keeps a conversation in the sidebar plays no part in what they may do.
_LEFT_OUT = {"section_id", "position", "is_favourite", "is_muted"}

_CONVERSATION = Conversation._meta.concrete_fields
_MEMBERSHIP = [f for f in Membership._meta.concrete_fields if f.attname not in _LEFT_OUT]


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation as one actor meets it."""

    conversation: Conversation
    membership: Membership | None
    is_granted: bool = False
    """Granted to somebody who is no member: they see it, and join if they like."""

    @property
    def id(self) -> UUID:
        return self.conversation.id

    @property
    def begins_at(self) -> int:
        """The first `seq` of which the actor may see anything: every read honours it."""
        if self.membership is not None:
            return self.membership.history_from_seq
        if self.conversation.history == History.ALL:
            return 0
        # Whoever only looks in has not joined: they see what they would see if they joined now.
        return history_begins(self.conversation, otherwise=SEES_NOTHING)


def place_for(actor: Actor, conversation_id: UUID, do: Do) -> Place:
    """Fetch a conversation for a purpose.

    Errors  NotFound where it does not exist or may not be known; Forbidden where it is visible and
            the purpose is not allowed.
    """
    place = _find(actor, conversation_id)
    if place is None:
        raise NotFound("conversation")
    insist(actor, place, do)
    return place


def places_for(actor: Actor, conversation_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Those of these conversations that the actor may know of, in one statement."""
    if not conversation_ids:
        return {}
    rows = hot_rows(_find_many_sql(), [actor.user_id] * 3 + [list(conversation_ids)])
    places = (_place_of(actor, row) for row in rows)
    return {place.id: place for place in places if place is not None}


def posting_gate(actor: Actor, conversation_id: UUID) -> Gate | None:
    """The right to post, for the statement that posts to look up; None where it has to be asked.

    Narrower than `allowed`, never wider: where only some may post, and for whoever is refused, the
    gate is shut, and asking says what is so.
    """
    if actor.conversation_ids is not None and conversation_id not in actor.conversation_ids:
        return None
    return Gate(Membership, _OPEN_TO, (conversation_id, actor.user_id))


_OPEN_TO = (
    "SELECT m.id, c.epoch FROM messaging_membership m"
    " JOIN messaging_conversation c ON c.id = m.conversation_id"
    " WHERE c.id = %s::uuid AND m.user_id = %s::uuid"
    f" AND c.archived_at IS NULL AND c.posting = '{Who.EVERYONE.value}'"
)


def insist(actor: Actor, place: Place, do: Do) -> None:
    """Refuse a purpose in a conversation that was fetched already; Forbidden says why."""
    if do not in allowed(actor, place):
        raise Forbidden("conversation", _why_not(place, do), do=do.value)


def conversation_for(actor: Actor, conversation_id: UUID, do: Do) -> Conversation:
    """Fetch the conversation itself for a purpose; refuses like `place_for`."""
    return place_for(actor, conversation_id, do).conversation


def allowed(actor: Actor, place: Place) -> frozenset[Do]:
    """Everything the actor may do in a conversation that is visible to them."""
    conversation, membership = place.conversation, place.membership
    is_direct, is_open = conversation.kind == Kind.DIRECT, conversation.archived_at is None
    may = {Do.READ}
    if membership is None:
        may_come = place.is_granted or not actor.is_guest
        if is_open and may_come and not is_direct:
            may.add(Do.JOIN)
        return frozenset(may)
    manages = not is_direct and (actor.is_manager or membership.role == MemberRole.OWNER)
    if not is_direct:
        may.add(Do.LEAVE)
    if manages:
        may.update({Do.ARCHIVE, Do.REMOVE, Do.MANAGE})
    if is_open:
        may.add(Do.TAKE_PART)
        speaks = manages or membership.may_post
        may.update({Do.POST} if _is_heard(conversation.posting, manages, speaks) else ())
        may.update({Do.REPLY} if _is_heard(conversation.replying, manages, speaks) else ())
        if not actor.is_guest:
            may.update({Do.CONVERT} if is_direct else {Do.INVITE, Do.EDIT})
    return frozenset(may)


def _is_heard(who: str, manages: bool, speaks: bool) -> bool:
    return who == Who.EVERYONE or (manages if who == Who.OWNERS else speaks)


def _why_not(place: Place, do: Do) -> Any:
    """The reason of a refusal, which for members of an open channel can be its posting policy."""
    is_ours = place.membership is not None and place.conversation.archived_at is None
    if is_ours and do in (Do.POST, Do.REPLY):
        who = place.conversation.posting if do is Do.POST else place.conversation.replying
        return _NOT_HEARD.get(Who(who), _WHY_NOT[do])
    return _WHY_NOT.get(do, "")


def visible_conversations(actor: Actor) -> QuerySet[Conversation]:
    """Every conversation the actor may know of, trimmed in SQL."""
    mine = Membership.objects.filter(user_id=actor.user_id).values("conversation_id")
    granted = RawSQL(GRANTED_TO.format(user="%s"), [actor.user_id] * 2)  # noqa: S611 - a constant
    visible = Q(id__in=mine) | Q(id__in=granted)
    if not actor.is_guest:
        visible |= Q(kind=Kind.PUBLIC)
    rows = Conversation.objects.filter(visible)
    if actor.conversation_ids is not None:
        rows = rows.filter(id__in=actor.conversation_ids)
    return rows


def _find(actor: Actor, conversation_id: UUID) -> Place | None:
    """One statement for members; one more for everybody else, whatever the answer.

    Refusing must take as long as whatever else is refused: grants are asked for where there is no
    such conversation, too. By hand, since this runs before every message: building the query took
    Django five times longer than PostgreSQL takes to answer it. Apart, since what looks through
    groups costs PostgreSQL more to set up than to find a member, even where it is not run.
    """
    rows = hot_rows(_find_sql(), [actor.user_id, conversation_id])
    if rows and rows[0][-1] is not None:
        return _place_of(actor, (*rows[0], False))
    ((by_grant,),) = hot_rows(_GRANTED, [conversation_id, actor.user_id] * 2)
    return _place_of(actor, (*rows[0], by_grant)) if rows else None


def _place_of(actor: Actor, row: tuple) -> Place | None:
    """The place that a row of ours tells of; None where it is not the actor's to know."""
    conversation = Conversation.from_db(connection.alias, *_conversation_part(row))
    if actor.conversation_ids is not None and conversation.id not in actor.conversation_ids:
        return None
    by_grant = row[-1] and conversation.kind != Kind.DIRECT
    if row[-2] is not None:
        return Place(conversation, Membership.from_db(connection.alias, *_membership_part(row)))
    if not by_grant and (actor.is_guest or conversation.kind != Kind.PUBLIC):
        return None
    return Place(conversation, None, by_grant)


_GRANTED = f"SELECT {is_granted('%s::uuid', '%s::uuid')}"


@cache
def _find_many_sql() -> str:
    granted = f"m.id IS NULL AND {is_granted('c.id', '%s')}"
    return f"SELECT {_wanted()}, {granted} {_FROM} WHERE c.id = ANY(%s)"


@cache
def _find_sql() -> str:
    return f"SELECT {_wanted()} {_FROM} WHERE c.id = %s"


_FROM = (
    "FROM messaging_conversation c"
    " LEFT JOIN messaging_membership m ON m.conversation_id = c.id AND m.user_id = %s"
)


def _wanted() -> str:
    of_both = [f"c.{field.column}" for field in _CONVERSATION]
    of_both += [f"m.{field.column}" for field in _MEMBERSHIP]
    return ", ".join([*of_both, "m.id"])


def _conversation_part(row: tuple) -> tuple[list[str], tuple]:
    return [field.attname for field in _CONVERSATION], row[: len(_CONVERSATION)]


def _membership_part(row: tuple) -> tuple[list[str], tuple]:
    return [field.attname for field in _MEMBERSHIP], row[len(_CONVERSATION) : -2]
