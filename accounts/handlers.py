"""What a decision of the organisation ends, ends now, and not when the clock comes round."""

from django.db import transaction

from accounts.policies.events import AccessRulesChanged
from accounts.tasks import end_overdue_sessions
from events.handlers import on


@on(AccessRulesChanged)
def end_what_is_over(fact: AccessRulesChanged) -> None:
    """Queue it: there may be thousands, which must not be ended in one transaction."""
    transaction.on_commit(end_overdue_sessions.delay)
