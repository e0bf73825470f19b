"""Forward messages: a new message that quotes one that its author may read."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Invalid, NotFound
from messaging.forwards.models import Forward
from messaging.messages.access import Do, message_for
from messaging.messages.models import Message, MessageKind
from messaging.messages.parts import Part, brings


@brings(Part.FORWARD, "forward_of", speaks=True)
def quote(actor: Actor, message: Message, source_id: UUID) -> None:
    """Store what a new message quotes; a forward without words of its own passes on what it quotes.

    Errors  Invalid names `forward_of` for what the actor may not read, the same as for nothing.
    """
    source = _source(actor, source_id)
    quoted = Forward.objects.filter(message_id=source.id).first() if source.text == "" else None
    if quoted is None:
        quoted = Forward(
            source_id=source.id,
            author_id=source.author_id,
            text=source.text or "",
            written_at=source.created_at,
        )
    Forward.objects.create(
        message_id=message.id,
        source_id=quoted.source_id,
        author_id=quoted.author_id,
        text=quoted.text,
        written_at=quoted.written_at,
    )


def _source(actor: Actor, source_id: UUID) -> Message:
    try:
        source = message_for(actor, source_id, Do.READ).message
    except NotFound:
        source = None
    if source is None or source.deleted_at is not None or source.kind != MessageKind.TEXT:
        raise Invalid.field(
            "forward_of", _("Name a message that you may read and that is not deleted.")
        )
    return source
