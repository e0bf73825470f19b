"""The shapes of groups in REST answers."""

from datetime import datetime
from uuid import UUID

from ninja import Schema


class GroupView(Schema):
    """`people` counts the active people directly in it."""

    id: UUID
    name: str
    handle: str | None
    description: str
    is_from_directory: bool
    people: int
    created_at: datetime


class GroupPage(Schema):
    items: list[GroupView]
    next: str | None


class GroupMemberView(Schema):
    """A person, or a group within the group."""

    user_id: UUID | None
    group_id: UUID | None
    added_at: datetime


class GroupMemberPage(Schema):
    items: list[GroupMemberView]
    next: str | None
