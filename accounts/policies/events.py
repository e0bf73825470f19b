"""What can happen to a policy."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("policy.changed", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A policy is another one now; `before` and `after` hold the fields that changed.

    Secrets and pictures are left out: `set` or `not set` stands for them.
    """

    tenant_id: UUID
    policy: str
    before: dict[str, Any]
    after: dict[str, Any]
