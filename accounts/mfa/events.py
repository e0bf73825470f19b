"""What can happen to a person's second factors."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("second_factor.added", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SecondFactorAdded:
    """`kind` is totp, webauthn or recovery_codes."""

    user_id: UUID
    kind: str


@event("second_factor.removed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SecondFactorRemoved:
    """`kind` is totp, webauthn or recovery_codes."""

    user_id: UUID
    kind: str


@event("second_factor.reset", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SecondFactorReset:
    """Somebody else took all of a person's factors away; their sessions ended."""

    user_id: UUID
    count: int
