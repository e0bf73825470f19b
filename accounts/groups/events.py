"""What can happen to groups; what they are called is told as any setting (decision 0102)."""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("group.created", stream=StreamKind.TENANT, key="group_id")
@dataclass(frozen=True, slots=True)
class GroupCreated:
    tenant_id: UUID
    group_id: UUID
    after: dict[str, str | None] = field(default_factory=dict)


@event("group.updated", stream=StreamKind.TENANT, key="group_id")
@dataclass(frozen=True, slots=True)
class GroupUpdated:
    """`changed` names the fields, `before` and `after` hold them."""

    tenant_id: UUID
    group_id: UUID
    changed: tuple[str, ...]
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)


@event("group.deleted", stream=StreamKind.TENANT, key="group_id")
@dataclass(frozen=True, slots=True)
class GroupDeleted:
    tenant_id: UUID
    group_id: UUID
    before: dict[str, str | None] = field(default_factory=dict)


@event("group-membership.added", stream=StreamKind.TENANT, key="group_id")
@dataclass(frozen=True, slots=True)
class GroupMembersAdded:
    """People and groups came into a group; of many at once each event names a part."""

    tenant_id: UUID
    group_id: UUID
    user_ids: tuple[UUID, ...]
    child_ids: tuple[UUID, ...] = ()


@event("group-membership.removed", stream=StreamKind.TENANT, key="group_id")
@dataclass(frozen=True, slots=True)
class GroupMembersRemoved:
    """People and groups were taken out of a group; of many at once each event names a part."""

    tenant_id: UUID
    group_id: UUID
    user_ids: tuple[UUID, ...]
    child_ids: tuple[UUID, ...] = ()


@event("group-membership.added", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class AddedToGroup:
    """The same fact in the person's own stream."""

    user_id: UUID
    group_id: UUID


@event("group-membership.removed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class RemovedFromGroup:
    """The same fact in the person's own stream."""

    user_id: UUID
    group_id: UUID
