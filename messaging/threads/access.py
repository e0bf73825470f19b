"""Which thread a person may follow and read."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden
from messaging.messages.access import Do, Found, message_for


def thread_for(actor: Actor, message_id: UUID) -> Found:
    """Fetch the message that a thread hangs on, by its own id or by that of a reply.

    Errors  NotFound by access.
    """
    found = message_for(actor, message_id, Do.READ)
    if found.message.thread_id is not None:
        found = message_for(actor, found.message.thread_id, Do.READ)
    return found


def thread_to_follow(actor: Actor, message_id: UUID) -> Found:
    """Fetch the root of a thread in order to follow it; Forbidden for people who are no members."""
    found = thread_for(actor, message_id)
    if found.place.membership is None:
        raise Forbidden("thread", _("Join the conversation first."))
    return found
