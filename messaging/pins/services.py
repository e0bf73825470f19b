"""Pin messages, and take pins off."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict
from events.journal import hold, publish
from messaging.messages.access import Do, message_for, message_held
from messaging.messages.parts import Part, forget_part, note_part
from messaging.messages.system import Line, tell
from messaging.pins.events import MessagePinned, MessageUnpinned
from messaging.pins.models import Pin

MOST_PINS = 100
"""Per conversation: what is pinned is meant to be found at a glance."""


def pin_message(actor: Actor, *, message_id: UUID) -> None:
    """Pin a message for everyone in its conversation; pinning twice is one pin.

    Errors  NotFound and Forbidden by access; Conflict where the conversation has no room for more.
    """
    found = message_for(actor, message_id, Do.PIN)
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.PIN)
        pins = Pin.objects.filter(conversation_id=found.place.id)
        if pins.filter(message_id=message_id).exists():
            return
        if pins.count() >= MOST_PINS:
            raise Conflict(
                "pin",
                _("At most 100 messages can be pinned here; unpin one."),
                code="too_many_pins",
            )
        Pin.objects.create(
            conversation_id=found.place.id, message_id=message_id, by_id=actor.user_id
        )
        note_part([message_id], Part.PIN)
        publish(MessagePinned(found.place.id, message_id), by=actor)
        tell(actor, found.place.id, Line.PINNED, str(message_id))


def unpin_message(actor: Actor, *, message_id: UUID) -> None:
    """Take a pin off; taking off what is not pinned changes nothing."""
    found = message_for(actor, message_id, Do.PIN)
    with transaction.atomic():
        hold(found.place.id)
        message_held(actor, found, Do.PIN)
        gone, _rows = Pin.objects.filter(message_id=message_id).delete()
        if gone:
            forget_part([message_id], Part.PIN)
            publish(MessageUnpinned(found.place.id, message_id), by=actor)
