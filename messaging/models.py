"""Tables of the messaging app, gathered from its features for Django."""

from messaging.attention.models import Mention
from messaging.conversations.models import Conversation, Membership
from messaging.conversations.policy import ChannelPolicy
from messaging.drafts.models import Draft
from messaging.emoji.models import CustomEmoji
from messaging.etiquette.models import EtiquettePolicy
from messaging.files.models import (
    File,
    FileGroupGrant,
    FilePersonGrant,
    FilePolicy,
    FileVersion,
    Upload,
)
from messaging.forwards.models import Forward
from messaging.grants.models import ConversationGroupGrant, ConversationUserGrant
from messaging.messages.models import Message, MessagePolicy, Revision
from messaging.moving.models import Move, MovedMessage
from messaging.pins.models import Pin
from messaging.polls.models import Poll, PollVote
from messaging.previews.models import LinkPreview
from messaging.priority.models import Acknowledgement, Priority
from messaging.reactions.models import Reaction
from messaging.reviews.models import AccessReview, ReviewItem
from messaging.saved.models import Saved
from messaging.scheduled.models import Scheduled
from messaging.search.models import SearchPolicy
from messaging.sidebar.models import Section
from messaging.status.models import Status
from messaging.threads.models import Follow

__all__ = [
    "AccessReview",
    "Acknowledgement",
    "ChannelPolicy",
    "Conversation",
    "ConversationGroupGrant",
    "ConversationUserGrant",
    "CustomEmoji",
    "Draft",
    "EtiquettePolicy",
    "File",
    "FileGroupGrant",
    "FilePersonGrant",
    "FilePolicy",
    "FileVersion",
    "Follow",
    "Forward",
    "LinkPreview",
    "Membership",
    "Mention",
    "Message",
    "MessagePolicy",
    "Move",
    "MovedMessage",
    "Pin",
    "Poll",
    "PollVote",
    "Priority",
    "Reaction",
    "ReviewItem",
    "Revision",
    "Saved",
    "Scheduled",
    "SearchPolicy",
    "Section",
    "Status",
    "Upload",
]
