"""Add and take back reactions."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid
from events.journal import hold, publish
from messaging.emoji.names import clean_emoji, custom_name
from messaging.emoji.selectors import is_known
from messaging.messages.access import Do, message_for, message_held
from messaging.reactions.events import ReactionAdded, ReactionRemoved
from messaging.reactions.models import Reaction

MOST_KINDS = 50


def add_reaction(actor: Actor, *, message_id: UUID, emoji: str) -> None:
    """React to a message; reacting twice with one emoji is reacting once."""
    emoji = clean_emoji(emoji)
    found = message_for(actor, message_id, Do.REACT)
    with transaction.atomic():
        hold(found.place.id)
        # Asked again under the lock: a message that was deleted a moment ago takes no reaction.
        message_held(actor, found, Do.REACT)
        _check_name(message_id, emoji)
        kinds = Reaction.objects.filter(message_id=message_id).exclude(emoji=emoji)
        if kinds.values("emoji").distinct().count() >= MOST_KINDS:
            raise Conflict.field("emoji", _("A message can have at most 50 different reactions."))
        _row, created = Reaction.objects.get_or_create(
            message_id=message_id, user_id=actor.user_id, emoji=emoji
        )
        if created:
            publish(ReactionAdded(found.place.id, message_id, actor.user_id, emoji), by=actor)


def remove_reaction(actor: Actor, *, message_id: UUID, emoji: str) -> None:
    """Take one's own reaction back; taking back what is not there changes nothing."""
    emoji = clean_emoji(emoji)
    found = message_for(actor, message_id, Do.REACT)
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.REACT)
        gone, _rows = Reaction.objects.filter(
            message_id=message_id, user_id=actor.user_id, emoji=emoji
        ).delete()
        if gone:
            publish(ReactionRemoved(found.place.id, message_id, actor.user_id, emoji), by=actor)


def _check_name(message_id: UUID, emoji: str) -> None:
    """A name must be one of the organisation's own emoji, or stand under the message already.

    Imports bring names along whose pictures they do not have; people may join in with those.
    """
    name = custom_name(emoji)
    if name is None or is_known(name):
        return
    if not Reaction.objects.filter(message_id=message_id, emoji=emoji).exists():
        raise Invalid.field("emoji", _("There is no emoji with this name here."), code="no_emoji")
