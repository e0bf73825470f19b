"""Who is acting: the first argument of every service and selector."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from core.correlation import correlation_id


class Role(StrEnum):
    """What a person is in their organisation; finer permissions build on these."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, bot or the system itself, acting in one tenant.

    `scopes` is None for a signed-in person: what they may do is then their role's to say. A token
    narrows it to a fixed set. `user_id` is None only for the system (imports, scheduled work).
    """

    tenant: str
    user_id: UUID | None
    role: Role = Role.MEMBER
    scopes: frozenset[str] | None = None
    is_system: bool = False
    correlation_id: str = field(default_factory=correlation_id)

    @property
    def is_guest(self) -> bool:
        """Guests see only the conversations they were put into."""
        return self.role is Role.GUEST

    @property
    def is_manager(self) -> bool:
        """Owners and admins look after conversations they take part in."""
        return self.role in (Role.OWNER, Role.ADMIN)

    def has_scope(self, scope: str) -> bool:
        """Say whether the credential used reaches this far."""
        return self.scopes is None or scope in self.scopes


def system_actor(tenant: str) -> Actor:
    """The organisation's machinery: importers, retention, scheduled work."""
    return Actor(tenant=tenant, user_id=None, role=Role.OWNER, is_system=True)
