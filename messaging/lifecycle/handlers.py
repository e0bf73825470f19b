"""Says in the conversation itself what became of it."""

from core.actor import Actor
from events.handlers import on
from events.journal import hold
from messaging.conversations.events import ConversationConverted
from messaging.messages.system import Line, tell
from tenants.context import current_tenant


@on(ConversationConverted)
def tell_of_conversion(fact: ConversationConverted) -> None:
    """A line for everybody: this is a private channel now."""
    hold(fact.conversation_id)
    by = Actor(tenant=current_tenant(), user_id=fact.by_id)
    tell(by, fact.conversation_id, Line.CONVERTED)
