"""What is done with a file once its bytes are there."""

from accounts.grants.events import ObjectGrantGiven, ObjectGrantTaken
from events.handlers import on
from messaging.files import services, sharing
from messaging.files.events import FileReplaced, FileUploaded


@on(FileUploaded, FileReplaced)
def inspect(fact: FileUploaded | FileReplaced) -> None:
    """Scan it, and draw its thumbnail."""
    services.inspect(fact.file_id)


def _is_for_a_group(fact: ObjectGrantGiven | ObjectGrantTaken) -> bool:
    return fact.kind == sharing.FILES.name and fact.group_id is not None


@on(ObjectGrantGiven, ObjectGrantTaken, when=_is_for_a_group)
def tell_group(fact: ObjectGrantGiven | ObjectGrantTaken) -> None:
    """Whoever is in the group counts and lists again."""
    if fact.group_id is not None:
        sharing.tell_group(fact.group_id)
