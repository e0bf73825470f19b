"""Ends what was begun where nobody may be any more."""

from accounts.networks.models import NetworkPolicy
from accounts.policies.selectors import current
from accounts.sessions.services import end_session
from core.actor import system_actor
from tenants.context import current_tenant

_AT_ONCE = 500


def end_sessions_outside() -> int:
    """End the sessions last used from elsewhere, with their sockets; for the clock.

    Returns how many.
    """
    policy = current(NetworkPolicy)
    if not policy.networks:
        return 0
    ended = 0
    while rows := list(policy.sessions_outside()[:_AT_ONCE]):
        for row in rows:
            end_session(system_actor(current_tenant()), row)
        ended += len(rows)
    return ended
