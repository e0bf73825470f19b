"""What is done with a file once its bytes are there."""

from events.handlers import on
from messaging.files import services
from messaging.files.events import FileReplaced, FileUploaded


@on(FileUploaded, FileReplaced)
def inspect(fact: FileUploaded | FileReplaced) -> None:
    """Scan it, and draw its thumbnail."""
    services.inspect(fact.file_id)
