"""What can happen to a policy."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.models import StreamKind
from events.registry import event, record_id


def _record_of_policy(fact: "PolicyChanged") -> UUID:
    return record_id(fact.tenant_id, fact.policy)


@event("access_rules.changed", stream=StreamKind.TENANT, key="tenant_id")
@dataclass(frozen=True, slots=True)
class AccessRulesChanged:
    """What the organisation lets in, or for how long, is another thing now.

    Told to everybody, beside the policy's own event: gateways look at each credential again.
    """

    tenant_id: UUID


@event("policy.changed", stream=StreamKind.TENANT, key=_record_of_policy)
@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A policy is another one now; `before` and `after` hold the fields that changed.

    Secrets and pictures are left out: `set` or `not set` stands for them.
    """

    tenant_id: UUID
    policy: str
    before: dict[str, Any]
    after: dict[str, Any]
