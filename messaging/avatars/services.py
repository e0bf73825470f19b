"""People's pictures: taken from an upload, cropped and drawn anew by us, shown everywhere."""

import io
from contextlib import suppress
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.people import services as people
from accounts.people.avatars import forgets
from accounts.people.models import User
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotFound, Unavailable
from core.ids import new_id
from messaging.files import pictures, storage
from messaging.files.models import File, Scan
from messaging.files.services import delete_file
from messaging.files.uploads import reaching_the_store

SIDES = (48, 96, 192)
"""Twice the points of the small, the usual and the large picture in the client."""

MOST_BYTES = 20 * 2**20
_MOST_STORED_BYTES = 2**20


def set_avatar(actor: Actor, *, file_id: UUID) -> User:
    """Make a picture that was uploaded, and not sent, the picture of the acting person.

    What is kept is drawn anew: a square, small, and without what a camera writes into its files.
    The upload is used up.

    Errors  Forbidden for whoever is no person; Invalid names `file_id`; Unavailable while the
            store of the files does not answer. The picture before stays then.
    """
    if actor.user_id is None:
        raise Forbidden("avatar", _("Pictures are those of people."))
    file = _uploaded(actor, file_id)
    with reaching_the_store():
        squares = _squares(file)
        version = new_id().hex
        for side, drawn in squares.items():
            name = stored_name(actor.user_id, version, side)
            storage.keep_as(name, io.BytesIO(drawn), most_bytes=_MOST_STORED_BYTES)
    person = people.note_avatar(actor, user_id=actor.user_id, version=version)
    # What cannot be removed now the clock tidies, as all that was never sent.
    with suppress(Unavailable, NotFound):
        delete_file(actor, file_id=file.id)
    return person


def remove_avatar(actor: Actor, *, user_id: UUID) -> User:
    """Show a person's initials again; where there is no picture nothing happens.

    Errors  NotFound, Forbidden for others than the person and those who may manage them.
    """
    return people.note_avatar(actor, user_id=user_id, version=None)


@forgets
def forget_bytes(user_id: UUID, version: str) -> None:
    """Remove a picture that is shown no more."""
    for side in SIDES:
        storage.remove_kept(stored_name(user_id, version, side))


def stored_name(user_id: UUID, version: str, side: int) -> str:
    """Where one size of a picture lies."""
    return f"{user_id.hex[-2:]}/avatar-{user_id.hex}-{version}-{side}"


def _uploaded(actor: Actor, file_id: UUID) -> File:
    file = File.objects.filter(
        id=file_id, created_by_id=actor.user_id, message_id=None, deleted_at=None
    ).first()
    if file is None or file.scan == Scan.INFECTED:
        words = _("Name a file that you uploaded and have not sent yet.")
        raise Invalid.field("file_id", words, code="no_file")
    if file.size_bytes > MOST_BYTES:
        raise Invalid.field("file_id", _("A picture may be at most 20 MB."), code="too_large")
    return file


def _squares(file: File) -> dict[int, bytes]:
    with storage.open_kept(file.storage_name) as source:
        squares = pictures.squares_of(io.BytesIO(source.read()), SIDES)
    if squares is None:
        words = _("This is not a picture that can be shown. Choose a PNG, JPEG, GIF or WebP.")
        raise Invalid.field("file_id", words, code="no_picture")
    return squares
