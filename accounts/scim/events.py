"""What the directory did to people's accounts. Names and addresses stay in the rows."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event, record_of


@event("directory.synced", stream=StreamKind.TENANT, key=record_of("directory"))
@dataclass(frozen=True, slots=True)
class DirectorySynced:
    """The directory made, changed or removed an account; `changed` names the attributes.

    `before` and `after` hold whether the account was active, and its role.
    """

    tenant_id: UUID
    user_id: UUID
    act: str
    changed: tuple[str, ...]
    before: dict[str, str | bool]
    after: dict[str, str | bool]


@event("directory.token-created", stream=StreamKind.TENANT, key=record_of("directory"))
@dataclass(frozen=True, slots=True)
class DirectoryTokenCreated:
    tenant_id: UUID
    token_id: UUID
    user_id: UUID
