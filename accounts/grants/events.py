"""What can happen to grants of identity providers, service accounts and their like.

On a stream of the object's own, which no browser follows: who looks after what is nobody else's.
"""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("object_grant.given", stream=StreamKind.TENANT, key="object_id")
@dataclass(frozen=True, slots=True)
class ObjectGrantGiven:
    """To a person or a group."""

    object_id: UUID
    kind: str
    user_id: UUID | None
    group_id: UUID | None


@event("object_grant.taken", stream=StreamKind.TENANT, key="object_id")
@dataclass(frozen=True, slots=True)
class ObjectGrantTaken:
    """From a person or a group."""

    object_id: UUID
    kind: str
    user_id: UUID | None
    group_id: UUID | None
