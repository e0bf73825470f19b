"""Who may grant a conversation: its own managers, and whoever was given a role over it."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.roles.selectors import may_over_conversation
from core.actor import Actor
from core.errors import Forbidden
from core.permissions import Permission
from messaging.conversations import access as conversations
from messaging.conversations.models import Conversation, Kind


def conversation_to_grant(actor: Actor, conversation_id: UUID) -> Conversation:
    """Fetch a channel in order to grant it, or to see whom it is granted to.

    Managing a channel is not reading it: those who may manage any need not see it.
    Errors  NotFound where it may not be known; Forbidden.
    """
    # Asked in this order whatever is there: a refusal takes the same queries either way.
    manages = _manages(actor, conversation_id)
    channel = Conversation.objects.filter(id=conversation_id).exclude(kind=Kind.DIRECT).first()
    if manages and channel is not None:
        return channel
    place = conversations.place_for(actor, conversation_id, conversations.Do.READ)
    if conversations.Do.REMOVE not in conversations.allowed(actor, place):
        raise Forbidden(
            "conversation", _("Only the channel's owners and those who manage channels may grant.")
        )
    return place.conversation


def _manages(actor: Actor, conversation_id: UUID) -> bool:
    return actor.may(Permission.CHANNELS_MANAGE_ANY) or may_over_conversation(
        actor, Permission.CHANNELS_MANAGE_ANY, conversation_id
    )
