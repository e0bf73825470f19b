"""What can happen when somebody signs in."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("session.started", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Somebody signed in; `method` says how."""

    user_id: UUID
    method: str


@event("sign_in.refused", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Somebody proved who they are, and was refused all the same: `reason` says why."""

    user_id: UUID
    method: str
    reason: str


@event("password.changed", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A person's password is another one; `is_reset` where they had forgotten the old one."""

    user_id: UUID
    is_reset: bool
