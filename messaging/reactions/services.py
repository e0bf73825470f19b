"""Add and take back reactions."""

import unicodedata
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid
from events.journal import hold, publish
from messaging.messages.access import Do, message_for
from messaging.reactions.events import ReactionAdded, ReactionRemoved
from messaging.reactions.models import Reaction

LONGEST_EMOJI = 32
MOST_KINDS = 50
_SYMBOLS = {"So", "Sk", "Sm"}


def add_reaction(actor: Actor, *, message_id: UUID, emoji: str) -> None:
    """React to a message; reacting twice with one emoji is reacting once."""
    emoji = clean_emoji(emoji)
    found = message_for(actor, message_id, Do.REACT)
    with transaction.atomic():
        hold(found.place.id)
        kinds = Reaction.objects.filter(message_id=message_id).exclude(emoji=emoji)
        if kinds.values("emoji").distinct().count() >= MOST_KINDS:
            raise Conflict("emoji", _("A message takes at most 50 different reactions."))
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
        gone, _rows = Reaction.objects.filter(
            message_id=message_id, user_id=actor.user_id, emoji=emoji
        ).delete()
        if gone:
            publish(ReactionRemoved(found.place.id, message_id, actor.user_id, emoji), by=actor)


def clean_emoji(value: str) -> str:
    """Accept one emoji: a short run of symbols, joiners, modifiers, flags or keycaps."""
    emoji = unicodedata.normalize("NFC", value)
    if 0 < len(emoji) <= LONGEST_EMOJI and _is_emoji(emoji):
        return emoji
    raise Invalid.field("emoji", _("Give one Unicode emoji, percent-encoded in the address."))


def _is_emoji(value: str) -> bool:
    keycap = value.endswith("\u20e3") and value[0] in "0123456789#*"
    return all(_may_stand_in_emoji(char, keycap) for char in value) and (
        keycap or any(unicodedata.category(char) in _SYMBOLS for char in value)
    )


def _may_stand_in_emoji(char: str, keycap: bool) -> bool:
    joins = char in "\u200d\ufe0f\ufe0e\u20e3" or "\U000e0020" <= char <= "\U000e007f"
    if joins or (keycap and char in "0123456789#*"):
        return True
    category = unicodedata.category(char)
    # Unassigned characters of the emoji planes: newer than this Python's tables.
    return (
        category in _SYMBOLS
        or (category == "Cn" and "\U0001f000" <= char <= "\U0001faff")
        or (char in "\u203c\u2049\u3030\u303d")
    )
