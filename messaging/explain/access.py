"""Who may ask why somebody has access: about themselves everybody, about others by permission."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.grants.access import within_reach
from accounts.grants.kinds import Grantable
from accounts.people.models import User
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import Permission
from messaging.conversations import access as conversations
from messaging.conversations.models import Conversation, Kind


def person_to_explain(actor: Actor, user_id: UUID) -> User:
    """Fetch a person to explain the access of.

    Errors  Forbidden; NotFound.
    """
    if user_id != actor.user_id and not actor.may(Permission.ACCESS_EXPLAIN):
        raise Forbidden("access", _("Explaining others' access requires a role that allows it."))
    person = User.objects.filter(id=user_id).first()
    if person is None:
        raise NotFound("user")
    return person


def conversation_to_explain(actor: Actor, conversation_id: UUID) -> Conversation:
    """Fetch a conversation to explain the access to: a channel by permission, else one's own.

    That a direct message exists is told to nobody else.
    Errors  NotFound.
    """
    if actor.may(Permission.ACCESS_EXPLAIN):
        rows = Conversation.objects.filter(id=conversation_id).exclude(kind=Kind.DIRECT)
        if (channel := rows.first()) is not None:
            return channel
    return conversations.conversation_for(actor, conversation_id, conversations.Do.READ)


def object_to_explain(actor: Actor, kind: Grantable, object_id: UUID) -> Any:
    """Fetch what somebody looks after: by permission, else what the actor looks after themselves.

    Errors  NotFound.
    """
    rows = kind.objects()
    if not actor.may(Permission.ACCESS_EXPLAIN):
        rows = rows.filter(within_reach(actor, kind))
    found = rows.filter(id=object_id).first()
    if found is None:
        raise NotFound(kind.name)
    return found
