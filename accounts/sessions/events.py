"""What can happen to a session."""

from dataclasses import dataclass
from uuid import UUID

from events.models import StreamKind
from events.registry import event


@event("session.revoked", stream=StreamKind.USER, key="user_id")
@dataclass(frozen=True, slots=True)
class SessionRevoked:
    """A session or token has ended; `credential` names it to the sockets it opened."""

    user_id: UUID
    credential: str
