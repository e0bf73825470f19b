"""Pins go along as far as there is room for them."""

from django.db.models import QuerySet

from messaging.messages.carrying import Journey, carries
from messaging.messages.parts import Part, forget_part
from messaging.pins.models import Pin
from messaging.pins.services import MOST_PINS


@carries
def carry_pins(journey: Journey) -> None:
    """What was pinned is pinned where it stands now; beyond the most that can be, it is not."""
    room = max(0, MOST_PINS - Pin.objects.filter(conversation_id=journey.to_id).count())
    pins: QuerySet[Pin] = Pin.objects.filter(message_id__in=journey.message_ids).order_by("id")
    over = dict(pins[room:].values_list("message_id", "id"))
    forget_part(over, Part.PIN)
    Pin.objects.filter(id__in=over.values()).delete()
    Pin.objects.filter(message_id__in=journey.message_ids).update(conversation_id=journey.to_id)
