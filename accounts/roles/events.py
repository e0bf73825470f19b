"""What can happen to an organisation's own roles and to who has them, with before and after."""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("role.created", stream=StreamKind.TENANT, key="role_id")
@dataclass(frozen=True, slots=True)
class RoleCreated:
    tenant_id: UUID
    role_id: UUID
    permissions: tuple[str, ...]
    words_after: dict[str, str] = field(default_factory=dict)


@event("role.updated", stream=StreamKind.TENANT, key="role_id")
@dataclass(frozen=True, slots=True)
class RoleUpdated:
    """`before` and `after` are what it allows; `words_before` and `words_after` hold its name and
    its description where they changed.
    """

    tenant_id: UUID
    role_id: UUID
    before: tuple[str, ...]
    after: tuple[str, ...]
    words_before: dict[str, str] = field(default_factory=dict)
    words_after: dict[str, str] = field(default_factory=dict)


@event("role.deleted", stream=StreamKind.TENANT, key="role_id")
@dataclass(frozen=True, slots=True)
class RoleDeleted:
    tenant_id: UUID
    role_id: UUID
    permissions: tuple[str, ...]
    words_before: dict[str, str] = field(default_factory=dict)


@event("role.given", stream=StreamKind.TENANT, key="role_id")
@dataclass(frozen=True, slots=True)
class RoleGiven:
    """To a person or a group; everywhere where neither `over` is set."""

    tenant_id: UUID
    assignment_id: UUID
    role_id: UUID
    user_id: UUID | None
    group_id: UUID | None
    over_group_id: UUID | None
    over_conversation_id: UUID | None


@event("role.taken", stream=StreamKind.TENANT, key="role_id")
@dataclass(frozen=True, slots=True)
class RoleTaken:
    tenant_id: UUID
    assignment_id: UUID
    role_id: UUID
    user_id: UUID | None
    group_id: UUID | None
    over_group_id: UUID | None
    over_conversation_id: UUID | None
