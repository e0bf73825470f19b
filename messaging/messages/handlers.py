"""Writes into a channel what happened to it: who came and went, what it is called now."""

from uuid import UUID

from accounts.policies.selectors import current
from core.actor import Actor, system_actor
from events.handlers import on
from events.journal import hold
from messaging.conversations.events import (
    ConversationArchived,
    ConversationRestored,
    ConversationUpdated,
    MembershipAdded,
    MembershipRemoved,
)
from messaging.conversations.models import Conversation, Kind
from messaging.messages.models import MessagePolicy
from messaging.messages.system import Line, tell
from tenants.context import current_tenant

_CHANGES = {"name": Line.RENAMED, "topic": Line.TOPIC, "purpose": Line.PURPOSE}


@on(MembershipAdded, MembershipRemoved, when=lambda fact: fact.by_id is not None)
def tell_who_came_or_went(fact: MembershipAdded | MembershipRemoved) -> None:
    """Say who joined, left, was added or removed; not of those a channel was made with."""
    if not current(MessagePolicy).tells_joins:
        return
    came = isinstance(fact, MembershipAdded)
    if fact.by_id == fact.user_id:
        _tell(fact.conversation_id, fact.user_id, Line.JOINED if came else Line.LEFT)
    else:
        line = Line.ADDED if came else Line.REMOVED
        _tell(fact.conversation_id, fact.by_id, line, str(fact.user_id))


@on(ConversationUpdated, when=lambda fact: bool(_CHANGES.keys() & set(fact.changed)))
def tell_what_changed(fact: ConversationUpdated) -> None:
    """Say the new name, topic or purpose, as it is by now."""
    place = Conversation.objects.filter(id=fact.conversation_id).first()
    if place is None:
        return
    for field, line in _CHANGES.items():
        if field in fact.changed:
            _tell(place.id, fact.by_id, line, getattr(place, field) or "")


@on(ConversationArchived, ConversationRestored)
def tell_of_the_archive(fact: ConversationArchived | ConversationRestored) -> None:
    """Say that a channel was closed, or opened again."""
    is_closed = isinstance(fact, ConversationArchived)
    _tell(fact.conversation_id, fact.by_id, Line.ARCHIVED if is_closed else Line.RESTORED)


def _tell(
    conversation_id: UUID, user_id: UUID | None, line: Line, value: str | None = None
) -> None:
    place = Conversation.objects.filter(id=conversation_id).exclude(kind=Kind.DIRECT)
    if not place.exists():
        return
    hold(conversation_id)
    tenant = current_tenant()
    actor = system_actor(tenant) if user_id is None else Actor(tenant=tenant, user_id=user_id)
    tell(actor, conversation_id, line, value)
