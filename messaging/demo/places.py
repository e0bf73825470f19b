"""Writes the demo's conversations as they were made, weeks ago, without telling anybody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_DNS, UUID, uuid5

from core.actor import Actor
from core.ids import id_at
from events.journal import record
from messaging.conversations.events import (
    AddedToConversation,
    ConversationCreated,
    MembershipAdded,
)
from messaging.conversations.models import Conversation, Kind, MemberRole, Membership
from messaging.conversations.services import direct_key


def make_place(
    by: Actor,
    *,
    kind: Kind,
    members: Sequence[Actor],
    at: datetime,
    name: str | None = None,
    topic: str = "",
) -> Conversation:
    """Make a conversation with these people in it, dated in the past."""
    label = name or "+".join(sorted(str(member.user_id) for member in members))
    conversation = Conversation.objects.create(
        id=id_at(at, salt=uuid5(NAMESPACE_DNS, f"{by.tenant}/{label}")),
        kind=kind,
        name=name,
        topic=topic,
        direct_key=direct_key(m.user_id for m in members) if kind == Kind.DIRECT else None,
        created_by_id=by.user_id,
        created_at=at,
        external_id=external_id(label),
    )
    record(ConversationCreated(conversation.id), by=by, at=at)
    for member in members:
        _add(by, conversation, member, at)
    return conversation


def external_id(label: str) -> str:
    """What marks a conversation as the demo's, so that a second start finds it."""
    return f"demo:{label}"


def _add(by: Actor, conversation: Conversation, member: Actor, at: datetime) -> None:
    owns = member.user_id == by.user_id and conversation.kind != Kind.DIRECT
    role = MemberRole.OWNER if owns else MemberRole.MEMBER
    user_id: UUID = member.user_id  # pyright: ignore[reportAssignmentType] - people have ids
    head = record(MembershipAdded(conversation.id, user_id, role.value), by=by, at=at)
    record(AddedToConversation(user_id, conversation.id, role.value), by=by, at=at)
    Membership.objects.create(
        conversation=conversation, user_id=user_id, role=role, joined_at=at, read_seq=head.seq
    )
