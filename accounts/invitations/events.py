"""What can happen on the way into an organisation. Addresses stay out of the journal."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("invitation.created", stream=StreamKind.TENANT, key="invitation_id")
@dataclass(frozen=True, slots=True)
class InvitationCreated:
    """Somebody was invited, or a link made."""

    tenant_id: UUID
    invitation_id: UUID
    role: str
    most_uses: int
    is_mailed: bool = False
    expires_at: str = ""
    guest_until: str | None = None


@event("invitation.revoked", stream=StreamKind.TENANT, key="invitation_id")
@dataclass(frozen=True, slots=True)
class InvitationRevoked:
    """Nobody can come by it any more."""

    tenant_id: UUID
    invitation_id: UUID


@event("join_request.decided", stream=StreamKind.TENANT, key="request_id")
@dataclass(frozen=True, slots=True)
class JoinRequestDecided:
    """Somebody who asked was let in or turned away."""

    tenant_id: UUID
    request_id: UUID
    is_accepted: bool
    role: str | None = None
