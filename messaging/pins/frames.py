"""How events of pins look in a browser: the message, as it is now."""

from events.render import renders
from messaging.messages.frames import changed
from messaging.pins.events import MessagePinned, MessageUnpinned

renders(MessagePinned, MessageUnpinned)(changed)
