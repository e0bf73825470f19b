"""Why a person can, or cannot, open one file: by its conversation, or by a grant of it alone."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import actor_for
from accounts.people.models import User
from core.actor import Actor
from core.errors import NotFound
from core.permissions import Permission
from messaging.conversations.models import Conversation, Kind
from messaging.explain.selectors import (
    NO_GRANT,
    Explanation,
    Path,
    Step,
    explains,
    told,
    ways_by_grant,
    ways_into,
)
from messaging.files.access import every_sent_file, file_for, opens_granted
from messaging.files.models import File
from messaging.files.sharing import FILES
from messaging.messages.access import Do, message_for


@explains(FILES)
def explain_file(actor: Actor, person: User, file_id: UUID) -> Explanation:
    """Every way to a file: those into its conversation, where they reach as far back, and grants.

    Errors  NotFound for a file that the actor may not know of.
    """
    file = file_to_explain(actor, file_id)
    end = Step(FILES.name, file.id, file.name)
    as_person = actor_for(person)
    paths: list[Path] = []
    if _reads(as_person, file):
        place = Conversation.objects.get(id=file.conversation_id)
        paths += [replace(path, steps=(*path.steps, end)) for path in ways_into(person, place)]
    granted = ways_by_grant(person, FILES, end)
    paths += granted if opens_granted(as_person) else []
    return told(person, paths, _lacks(is_granted=bool(granted)))


def file_to_explain(actor: Actor, file_id: UUID) -> File:
    """Fetch a file to explain the access to: by permission one in a channel, else what one opens.

    Errors  NotFound.
    """
    if actor.may(Permission.ACCESS_EXPLAIN):
        channels = Conversation.objects.exclude(kind=Kind.DIRECT).values("id")
        file = every_sent_file().filter(id=file_id, conversation_id__in=channels).first()
        if file is not None:
            return file
    file = file_for(actor, file_id)
    if file.message_id is None:
        raise NotFound("file")
    return file


def _reads(person: Actor, file: File) -> bool:
    assert file.message_id is not None
    try:
        message_for(person, file.message_id, Do.READ)
    except NotFound:
        return False
    return True


def _lacks(*, is_granted: bool) -> Iterator[str | Promise]:
    yield _("They do not see the message that the file was sent with.")
    yield (
        _("It is granted to them, but the organisation's file policy does not let that count.")
        if is_granted
        else NO_GRANT
    )
