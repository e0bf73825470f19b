"""What can happen to an organisation's e-mail domains."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("domain.added", stream=StreamKind.TENANT, key="domain_id")
@dataclass(frozen=True, slots=True)
class DomainAdded:
    """Somebody claims a domain; nothing is proved yet."""

    tenant_id: UUID
    domain_id: UUID
    domain: str


@event("domain.proved", stream=StreamKind.TENANT, key="domain_id")
@dataclass(frozen=True, slots=True)
class DomainProved:
    """The domain's DNS holds the organisation's record."""

    tenant_id: UUID
    domain_id: UUID
    domain: str


@event("domain.removed", stream=StreamKind.TENANT, key="domain_id")
@dataclass(frozen=True, slots=True)
class DomainRemoved:
    """The domain is the organisation's no more: taken away, or its record gone for too long."""

    tenant_id: UUID
    domain_id: UUID
    domain: str
    is_lost: bool
