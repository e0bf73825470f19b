"""Who may have a file: whoever may read the message it belongs to."""

from uuid import UUID

from core.actor import Actor
from core.errors import NotFound
from messaging.files.models import File
from messaging.messages.access import Do, message_for


def file_for(actor: Actor, file_id: UUID) -> File:
    """Fetch a file to read it.

    Errors  NotFound where it does not exist, its message may not be known, or was deleted.
    """
    file = File.objects.filter(id=file_id).first()
    # Asked for with a file that does not exist, too: both refusals take equally long.
    try:
        found = message_for(actor, file.message_id if file else file_id, Do.READ)
    except NotFound:
        found = None
    if file is None or found is None or found.message.deleted_at is not None:
        raise NotFound("file")
    return file
