"""What a decision of the organisation ends, ends now, and not when the clock comes round."""

from django.db import transaction

from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.policies.events import PolicyChanged
from accounts.policies.rows import name_of
from accounts.sessions.models import SessionPolicy
from accounts.tasks import end_overdue_sessions
from events.handlers import on

ENDING = frozenset(map(name_of, (SessionPolicy, NetworkPolicy, SecondFactorPolicy)))
"""The policies under which sessions end that were good before."""


@on(PolicyChanged, when=lambda fact: fact.policy in ENDING)
def end_what_is_over(fact: PolicyChanged) -> None:
    """Queue it: there may be thousands, which must not be ended in one transaction."""
    transaction.on_commit(end_overdue_sessions.delay)
