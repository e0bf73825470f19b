"""What a message may carry besides its text: files, a poll, a preview.

`Message.parts` is a mask of bits that says which. A feature above messages registers here how its
part is read, and how it is stored with a new message; messages needs to know nothing of it, a page
asks for a part only where some message on it has one, and a plain message costs nothing.

    @part(Part.FILES, "files", empty=list)
    def files_of(message_ids): ...

    @brings(Part.FILES, "file_ids", speaks=True)
    def attach(actor, message, file_ids): ...
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntFlag
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F

from core.actor import Actor
from messaging.messages.models import Message


class Part(IntFlag):
    """One bit per kind; stored, so that a bit once given keeps its meaning. 15 fit."""

    FILES = 1
    POLL = 2
    PREVIEWS = 4
    PRIORITY = 8
    FORWARD = 16
    PIN = 32
    MOVED = 64
    PREVIEWS_TAKEN_OFF = 4096


type Loader = Callable[[Sequence[UUID]], Mapping[UUID, Any]]
"""Takes the ids of messages that have the bit; returns the part of each."""

type Bringer = Callable[[Actor, Message, Any], None]
"""Stores what comes with a new message, within its transaction and before the message itself.

Raises a Refusal where it cannot be; then nothing is stored.
"""


class _Read(NamedTuple):
    bit: Part
    field: str
    load: Loader
    empty: Callable[[], Any] | None


class _Brought(NamedTuple):
    bit: Part
    bring: Bringer
    speaks: bool


_read: dict[Part, _Read] = {}
_brought: dict[str, _Brought] = {}


def part(
    bit: Part, field: str, *, empty: Callable[[], Any] | None = None
) -> Callable[[Loader], Loader]:
    """Register how a part is read; it stands in the message view under `field`.

    `empty` makes what stands there where a message has none; without it the field is left out.
    """

    def register(load: Loader) -> Loader:
        _read[bit] = _Read(bit, field, load, empty)
        return load

    return register


def brings(bit: Part, field: str, *, speaks: bool = False) -> Callable[[Bringer], Bringer]:
    """Register how a part given with a new message is stored; `field` is its name in the request.

    `speaks` says that a message with this part needs no text.
    """

    def register(bring: Bringer) -> Bringer:
        _brought[field] = _Brought(bit, bring, speaks)
        return bring

    return register


def brought_fields() -> tuple[str, ...]:
    """The fields of a new message that bring parts."""
    return tuple(_brought)


def speaks(given: Mapping[str, Any]) -> bool:
    """Say whether a message with these parts needs no text."""
    return any(_brought[field].speaks for field in given)


def bits_of(given: Mapping[str, Any]) -> int:
    """The mask of a new message with these parts."""
    mask = 0
    for field in given:
        mask |= _brought[field].bit
    return mask


def bring(actor: Actor, message: Message, given: Mapping[str, Any]) -> None:
    """Store the parts of a new message, within its transaction."""
    for field, value in given.items():
        _brought[field].bring(actor, message, value)


def add_empty(view: dict[str, Any]) -> None:
    """Fill the fields that are never left out, for a message that has no parts."""
    for one in _read.values():
        if one.empty is not None:
            view[one.field] = one.empty()


def add_parts(views: Sequence[dict[str, Any]], masks: Mapping[UUID, int]) -> None:
    """Add what the masks tell of to views: one query per kind that some message has.

    A deleted message shows none: what it carried went out of sight with its text.
    """
    for view in views:
        add_empty(view)
    marked = [view for view in views if masks.get(view["id"])]
    for one in _read.values() if marked else ():
        # A number: `&` of a flag costs a hundred times as much.
        bit = int(one.bit)
        having = [view for view in marked if masks[view["id"]] & bit]
        if not having:
            continue
        found = one.load([view["id"] for view in having])
        for view in having:
            if view["id"] in found:
                view[one.field] = found[view["id"]]


def note_part(message_ids: Iterable[UUID], bit: Part) -> None:
    """Note on stored messages that they have a part now."""
    Message.objects.filter(id__in=list(message_ids)).update(parts=F("parts").bitor(int(bit)))


def forget_part(message_ids: Iterable[UUID], bit: Part) -> None:
    """Note on stored messages that they have a part no more."""
    Message.objects.filter(id__in=list(message_ids)).update(parts=F("parts").bitand(~int(bit)))
