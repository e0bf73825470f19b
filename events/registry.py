"""The register of events: typed, frozen, versioned, in the past tense.

A fact is a frozen dataclass of ids and small values. Fields are added, never changed; a new meaning
is a new event or a new version.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol
from uuid import UUID, uuid5

from pydantic import TypeAdapter

from events.models import StreamKind

PREFIX = "chancery"


class Fact(Protocol):
    """Any registered event."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


type Key = Callable[[Any], UUID]
"""Names the stream of a fact."""


def record_of(subject: str, *, within: str = "tenant_id") -> Key:
    """The record of what has no id of its own: a subject within the thing that a field names."""
    return lambda fact: record_id(getattr(fact, within), subject)


def record_id(within: UUID, subject: str) -> UUID:
    """What the record of a subject is called."""
    return uuid5(within, subject)


@dataclass(frozen=True)
class EventType:
    """What is known of one kind of event."""

    name: str
    fact: type
    stream: StreamKind
    key: str | Key

    @cached_property
    def _reader(self) -> TypeAdapter:
        return TypeAdapter(self.fact)

    def read(self, data: dict) -> Any:
        """Make the fact again from the data of its journal entry; unknown fields are let pass."""
        return self._reader.validate_python(data)

    def stream_id(self, fact: Fact) -> UUID:
        """Which stream this fact belongs to."""
        return getattr(fact, self.key) if isinstance(self.key, str) else self.key(fact)

    @property
    def is_told(self) -> bool:
        """Whether somebody may hear of it at once.

        In an organisation's own stream all its members read along. What only some may know (an
        invitation, a role, a token) stands in the record of that thing, which is read from the
        journal by those who may, and is published to nobody.
        """
        return self.stream is not StreamKind.TENANT or self.key == "tenant_id"


_by_name: dict[tuple[str, StreamKind], EventType] = {}
_by_fact: dict[type, EventType] = {}


def event[T: type](
    noun_verb: str, *, stream: StreamKind, key: str | Key, version: int = 1
) -> Callable[[T], T]:
    """Register a frozen dataclass as the event `chancery.<noun>.<past-tense verb>.v<version>`.

    `key` names the field that holds the stream's id, or works it out (`record_of`). One name may
    stand on two kinds of stream: that somebody was added is a fact of the conversation, and one of
    that person.
    """
    name = f"{PREFIX}.{noun_verb}.v{version}"

    def register(fact: T) -> T:
        if (name, stream) in _by_name:
            raise ValueError(f"event {name} is registered twice for {stream.value} streams")
        if isinstance(key, str) and key not in fact.__dataclass_fields__:
            raise ValueError(f"event {name} has no field {key!r}")
        kind = EventType(name, fact, stream, key)
        _by_name[name, stream] = kind
        _by_fact[fact] = kind
        return fact

    return register


def type_of(fact: Fact) -> EventType:
    """The event type of a fact."""
    return _by_fact[type(fact)]


def type_of_class(fact: type) -> EventType:
    """The event type of a fact's class."""
    return _by_fact[fact]


def type_named(name: str, stream: str) -> EventType:
    """The event type of a journal entry; KeyError for one that was never registered."""
    return _by_name[name, StreamKind(stream)]


def all_types() -> list[EventType]:
    """Every registered event, by name."""
    return [_by_name[key] for key in sorted(_by_name)]


def told_types() -> list[EventType]:
    """Those that somebody may hear of at once, by name."""
    return [kind for kind in all_types() if kind.is_told]
