"""People who leave are waited for no longer."""

from events.handlers import on
from messaging.conversations.events import MembershipRemoved
from messaging.priority.services import drop_waiting


@on(MembershipRemoved)
def forget_who_left(fact: MembershipRemoved) -> None:
    """Take a person who left out of all that still wait for them."""
    drop_waiting(fact.conversation_id, fact.user_id)
