"""Add and take back reactions."""

import re
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
_SYMBOLS = {"So", "Sm"}
_OTHER_EMOJI = "\u203c\u2049\u2139\u3030\u303d"
_JOINER = "\u200d"
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_FLAG = re.compile(_FLAG_LETTER.pattern + "{2}")
_CHANGES_LOOKS = re.compile("[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*")


def add_reaction(actor: Actor, *, message_id: UUID, emoji: str) -> None:
    """React to a message; reacting twice with one emoji is reacting once."""
    emoji = clean_emoji(emoji)
    found = message_for(actor, message_id, Do.REACT)
    with transaction.atomic():
        hold(found.place.id)
        # Asked again under the lock: a message that was deleted a moment ago takes no reaction.
        message_for(actor, message_id, Do.REACT)
        kinds = Reaction.objects.filter(message_id=message_id).exclude(emoji=emoji)
        if kinds.values("emoji").distinct().count() >= MOST_KINDS:
            raise Conflict.field("emoji", _("A message takes at most 50 different reactions."))
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
    """Accept one emoji: a symbol with its modifiers, a joined sequence, a flag or a keycap."""
    emoji = unicodedata.normalize("NFC", value)
    if len(emoji) <= LONGEST_EMOJI and _is_emoji(emoji):
        return emoji
    raise Invalid.field("emoji", _("Give one Unicode emoji, percent-encoded in the address."))


def _is_emoji(value: str) -> bool:
    if _KEYCAP.fullmatch(value) or _FLAG.fullmatch(value):
        return True
    return all(_is_one_symbol(part) for part in value.split(_JOINER))


def _is_one_symbol(part: str) -> bool:
    """One symbol, and after it nothing but what changes its looks."""
    return part != "" and _is_symbol(part[0]) and _CHANGES_LOOKS.fullmatch(part, 1) is not None


def _is_symbol(char: str) -> bool:
    if char < "\u00a9" or _FLAG_LETTER.fullmatch(char):
        return False
    category = unicodedata.category(char)
    # Unassigned characters of the emoji planes: newer than this Python's tables.
    is_new = category == "Cn" and "\U0001f000" <= char <= "\U0001faff"
    return category in _SYMBOLS or is_new or char in _OTHER_EMOJI
