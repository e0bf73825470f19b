"""What can happen to access reviews."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("review.opened", stream=StreamKind.TENANT, key="review_id")
@dataclass(frozen=True, slots=True)
class ReviewOpened:
    tenant_id: UUID
    review_id: UUID
    reviewer_id: UUID
    item_count: int


@event("review.decided", stream=StreamKind.TENANT, key="review_id")
@dataclass(frozen=True, slots=True)
class ReviewDecided:
    """One line: `decision` is `attested`, `revoked` or `gone`."""

    tenant_id: UUID
    review_id: UUID
    item_id: UUID
    decision: str


@event("review.closed", stream=StreamKind.TENANT, key="review_id")
@dataclass(frozen=True, slots=True)
class ReviewClosed:
    """Lines that nobody decided stay open in the report."""

    tenant_id: UUID
    review_id: UUID
    open_count: int
