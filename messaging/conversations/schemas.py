"""The shapes of conversations in REST answers and live frames."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Schema


class MembershipView(Schema):
    role: Literal["owner", "member"]
    read_seq: int
    joined_at: datetime
    may_post: bool
    section_id: UUID | None
    position: float | None
    is_favourite: bool
    is_muted: bool


class UnreadView(Schema):
    messages: int
    mentions: int


class RightsView(Schema):
    post: bool
    reply: bool
    edit: bool
    invite: bool
    archive: bool
    manage: bool
    move_own: bool
    move_own_hours: int | None
    move_others: bool


class SharedConversationView(Schema):
    """What is the same for everybody who may see the conversation."""

    id: UUID
    kind: Literal["public", "private", "direct"]
    name: str | None
    topic: str
    purpose: str
    archived_at: datetime | None
    created_at: datetime
    created_by_id: UUID | None
    last_seq: int
    member_count: int
    member_ids: list[UUID]
    last_message_at: datetime | None
    posting: Literal["everyone", "owners", "named"]
    replying: Literal["everyone", "owners", "named"]
    history: Literal["all", "joined", "days"]
    history_days: int | None
    response_minutes: int | None
    review_on: date | None


class ConversationView(SharedConversationView):
    """A conversation as the caller meets it; unread counts stop at 100."""

    membership: MembershipView | None
    unread: UnreadView
    can: RightsView


class ConversationPage(Schema):
    items: list[ConversationView]
    next: str | None


class MayCreate(Schema):
    public: bool
    private: bool
    announcement: bool


class ChannelPolicyView(Schema):
    """What somebody who is about to make a channel wants to know."""

    may_create: MayCreate
    prefixes: list[str]
    naming: Literal["free", "plain"]


class MemberView(Schema):
    user_id: UUID
    role: Literal["owner", "member"]
    joined_at: datetime
    may_post: bool


class MemberPage(Schema):
    items: list[MemberView]
    next: str | None
