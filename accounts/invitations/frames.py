"""How events on the way in look in a browser: ids alone, since guests get these frames too."""

from collections.abc import Sequence
from typing import Any

from accounts.invitations.events import (
    InvitationCreated,
    InvitationRevoked,
    JoinRequestDecided,
)
from accounts.people.events import UserJoined
from events.render import renders


@renders(InvitationCreated, InvitationRevoked)
def invitation_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The invitation's id."""
    return [{"invitation_id": fact.invitation_id} for fact in facts]


@renders(UserJoined)
def user_joined(facts: Sequence[UserJoined], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Who came; by which way is for those who manage people."""
    return [{"user_id": fact.user_id} for fact in facts]


@renders(JoinRequestDecided)
def decided(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The request's id."""
    return [{"request_id": fact.request_id} for fact in facts]
