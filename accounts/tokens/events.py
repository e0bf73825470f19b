"""What can happen to tokens; the secret itself is never written down."""

from dataclasses import dataclass, field
from uuid import UUID

from events.models import StreamKind
from events.registry import event, record_of


@event("token.created", stream=StreamKind.TENANT, key="token_id")
@dataclass(frozen=True, slots=True)
class TokenCreated:
    """Scopes None reach everywhere; channels and networks None are all."""

    tenant_id: UUID
    token_id: UUID
    user_id: UUID
    scopes: tuple[str, ...] | None
    conversation_ids: tuple[UUID, ...] | None
    networks: tuple[str, ...] | None
    expires_at: str | None


@event("token.revoked", stream=StreamKind.TENANT, key="token_id")
@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """Somebody ended this one token; those of an account that is shut out end with it, untold."""

    tenant_id: UUID
    token_id: UUID
    user_id: UUID


@event("service-account.created", stream=StreamKind.TENANT, key=record_of("service accounts"))
@dataclass(frozen=True, slots=True)
class ServiceAccountCreated:
    tenant_id: UUID
    user_id: UUID
    after: dict[str, str] = field(default_factory=dict)
