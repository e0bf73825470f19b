"""Tables of the messaging app, gathered from its features for Django."""

from messaging.attention.models import Mention
from messaging.conversations.models import Conversation, Membership
from messaging.files.models import File
from messaging.messages.models import Message, Revision
from messaging.reactions.models import Reaction
from messaging.sidebar.models import Section

__all__ = [
    "Conversation",
    "File",
    "Membership",
    "Mention",
    "Message",
    "Reaction",
    "Revision",
    "Section",
]
