"""Who is acting: the first argument of every service and selector."""

from dataclasses import dataclass, field
from uuid import UUID

from core.correlation import correlation_id
from core.permissions import GUESTS, ROLE_PERMISSIONS, Permission, Role

__all__ = ["Actor", "Role", "system_actor"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, bot or the system itself, acting in one tenant.

    `scopes` is None for a signed-in person: what they may do is then their role's to say. A token
    narrows it to a fixed set. `user_id` is None only for the system (imports, scheduled work).
    `granted` is what the organisation's own roles add to the role's permissions;
    `conversation_ids` are the only ones that a token reaches, None for all.
    """

    tenant: str
    user_id: UUID | None
    role: Role = Role.MEMBER
    scopes: frozenset[str] | None = None
    is_system: bool = False
    correlation_id: str = field(default_factory=correlation_id)
    granted: frozenset[Permission] = frozenset()
    conversation_ids: frozenset[UUID] | None = None

    @property
    def is_guest(self) -> bool:
        """Guests see only the conversations they were put into."""
        return self.role in GUESTS

    @property
    def is_manager(self) -> bool:
        """Owners and admins look after conversations they take part in."""
        return self.role in (Role.OWNER, Role.ADMIN)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the actor may do in the whole organisation."""
        return ROLE_PERMISSIONS[self.role] | self.granted

    def may(self, permission: Permission) -> bool:
        """Say whether the actor has this permission in the whole organisation.

        What a role gives over some groups or channels only is for the features' `access` to ask.
        """
        return permission in ROLE_PERMISSIONS[self.role] or permission in self.granted

    def has_scope(self, scope: str) -> bool:
        """Say whether the credential used reaches this far."""
        return self.scopes is None or scope in self.scopes


def system_actor(tenant: str) -> Actor:
    """The organisation's machinery: importers, retention, scheduled work."""
    return Actor(tenant=tenant, user_id=None, role=Role.OWNER, is_system=True)
