"""When it changes who may write in a conversation, a new epoch of it begins.

Whoever read their rights before that and writes after it is asked again by the statement that
publishes: it compares the epoch that came with the conversation with the stream's, whose row it has
locked anyway. Docs: decision 0060.
"""

from uuid import UUID

from events.journal import next_epoch
from messaging.conversations.models import Conversation


def begin_epoch(conversation_id: UUID) -> None:
    """Let everybody be asked again; the caller holds the conversation's stream."""
    Conversation.objects.filter(id=conversation_id).update(epoch=next_epoch(conversation_id))
