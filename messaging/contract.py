"""The contract as TypeScript: REST views, live events and frames, from the server's own schemas.

`manage.py generate_contract` writes it into the client; with `--check` it only compares.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.urls import resolve
from pydantic import TypeAdapter

from accounts.people.events import PreferencesChanged, UserJoined, UserUpdated
from events.registry import EventType, told_types
from messaging.conversations.events import (
    ConversationArchived,
    ConversationConverted,
    ConversationCreated,
    ConversationRestored,
    ConversationUpdated,
    MembershipAdded,
    MembershipRemoved,
)
from messaging.conversations.schemas import SharedConversationView
from messaging.emoji.events import EmojiAdded, EmojiRemoved
from messaging.files.events import FileDeleted, FileInspected, FileReplaced
from messaging.live.asyncapi import asyncapi_document
from messaging.messages.events import (
    MessageArrived,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    MessageMoved,
    MessageRestored,
)
from messaging.pins.events import MessagePinned, MessageUnpinned
from messaging.polls.events import PollClosed, PollVoted
from messaging.previews.events import PreviewsAdded, PreviewsRemoved
from messaging.priority.events import (
    AcknowledgementDropped,
    AcknowledgementGiven,
    PriorityEscalated,
    PriorityExpired,
    PriorityReminded,
)
from messaging.reactions.events import ReactionAdded, ReactionRemoved
from messaging.sidebar.events import PlacementChanged, SectionsChanged
from messaging.status.events import StatusChanged
from messaging.typescript import Json, interface, name_of, typescript_of

TARGET = Path(__file__).parent / "web" / "src" / "contract" / "generated.ts"


_MESSAGE = {"$ref": "MessageView"}
_CONVERSATION = {"$ref": "SharedConversationView"}


_REACTIONS = {
    "type": "object",
    "required": ["message_id", "emoji", "user_id", "reactions"],
    "properties": {
        "message_id": {"type": "string", "format": "uuid"},
        "emoji": {"type": "string"},
        "user_id": {"type": "string", "format": "uuid"},
        "reactions": {"type": "array", "items": {"$ref": "ReactionView"}},
    },
}

_MEMBERSHIP = {
    "type": "object",
    "required": ["conversation_id", "user_id", "role", "member_count"],
    "properties": {
        "conversation_id": {"type": "string", "format": "uuid"},
        "user_id": {"type": "string", "format": "uuid"},
        "role": {"type": "string"},
        "member_count": {"type": "integer"},
    },
}


def _id(name: str) -> Json:
    """The shape of a frame that holds an id and nothing else."""
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "string", "format": "uuid"}},
    }


_OWN = {
    "type": "object",
    "required": ["locale", "time_zone", "title", "avatar_url", "preferences"],
    "properties": {
        "locale": {"type": "string"},
        "time_zone": {"type": "string"},
        "title": {"type": "string"},
        "avatar_url": {"type": ["string", "null"]},
        "preferences": {"$ref": "PreferencesView"},
    },
}


def _part(field: str, view: str) -> Json:
    """A message's part as it is now."""
    return {
        "type": "object",
        "required": ["message_id", field],
        "properties": {
            "message_id": {"type": "string", "format": "uuid"},
            "seq": {"type": "integer"},
            field: {"$ref": view},
        },
    }


_PRIORITY = _part("priority", "PriorityView")
_POLL = _part("poll", "PollView")
_PREVIEWS = {
    "type": "object",
    "required": ["message_id", "previews"],
    "properties": {
        "message_id": {"type": "string", "format": "uuid"},
        "seq": {"type": "integer"},
        "previews": {"type": "array", "items": {"$ref": "PreviewView"}},
    },
}
_STATUS = {
    "type": "object",
    "required": ["user_id", "status"],
    "properties": {
        "user_id": {"type": "string", "format": "uuid"},
        "status": {"$ref": "StatusView"},
    },
}
_FILES = {
    "type": "object",
    "required": ["message_id", "file_id", "files"],
    "properties": {
        "message_id": {"type": "string", "format": "uuid"},
        "file_id": {"type": "string", "format": "uuid"},
        "seq": {"type": "integer"},
        "files": {"type": "array", "items": {"$ref": "FileView"}},
    },
}

SEEN_AS: dict[type, Json] = {
    MessageCreated: _MESSAGE,
    MessageEdited: _MESSAGE,
    MessageDeleted: _MESSAGE,
    MessageArrived: _MESSAGE,
    MessageRestored: _MESSAGE,
    MessageMoved: {
        "type": "object",
        "required": ["message_id", "thread_id", "messages"],
        "properties": {
            "message_id": {"type": "string", "format": "uuid"},
            "thread_id": {"type": ["string", "null"], "format": "uuid"},
            "seq": {"type": "integer"},
            "messages": {"type": "array", "items": _MESSAGE},
        },
    },
    MessagePinned: _MESSAGE,
    MessageUnpinned: _MESSAGE,
    ConversationCreated: _CONVERSATION,
    ConversationUpdated: _CONVERSATION,
    ConversationArchived: _CONVERSATION,
    ConversationRestored: _CONVERSATION,
    ConversationConverted: _CONVERSATION,
    MembershipAdded: _MEMBERSHIP,
    MembershipRemoved: _MEMBERSHIP,
    SectionsChanged: {"$ref": "SectionList"},
    PlacementChanged: {"$ref": "PlacementView"},
    ReactionAdded: _REACTIONS,
    ReactionRemoved: _REACTIONS,
    AcknowledgementGiven: _PRIORITY,
    AcknowledgementDropped: _PRIORITY,
    PriorityReminded: _PRIORITY,
    PriorityEscalated: _PRIORITY,
    PriorityExpired: _PRIORITY,
    PollVoted: _POLL,
    PollClosed: _POLL,
    PreviewsAdded: _PREVIEWS,
    PreviewsRemoved: _PREVIEWS,
    EmojiAdded: {"$ref": "EmojiView"},
    EmojiRemoved: _id("emoji_id"),
    StatusChanged: _STATUS,
    FileInspected: _FILES,
    FileReplaced: _FILES,
    FileDeleted: _FILES,
    UserUpdated: {"$ref": "UserView"},
    PreferencesChanged: _OWN,
    UserJoined: _id("user_id"),
}
"""What a browser gets for events that have a renderer; all others are sent as the fact itself."""

_HEAD = """/**
 * The server's side of the contract.
 *
 * Made by `manage.py generate_contract` from the server's own schemas: change those, not this file.
 */
export type Id = string;
export type Timestamp = string;
"""

_FRAMES = """
interface Frame<N extends EventName> {
  type: "event";
  id: Id;
  event: N;
  stream: "conversation" | "user" | "tenant";
  conversation_id: Id | null;
  seq: number;
  /** Null where the thing is gone; the number still counts. */
  data: EventData[N] | null;
}

export type EventName = keyof EventData;

/** One committed fact as a browser sees it; `event` tells what `data` is. */
export type EventFrame = { [N in EventName]: Frame<N> }[EventName];

/** The frame of one event name whose thing is still there. */
export type EventFrameOf<N extends EventName> = Frame<N> & { data: EventData[N] };
"""


def contract() -> str:
    """The whole file."""
    views = _api().get_openapi_schema()["components"]["schemas"]
    views |= {"SharedConversationView": SharedConversationView.model_json_schema()}
    # Frames are written below, event by event; REST documents them only as frames of some kind.
    views = {name: view for name, view in views.items() if name not in ("EventFrame", "EventPage")}
    parts = [_HEAD, *(interface(name, views[name]) for name in sorted(views))]
    return "\n".join([*parts, _event_data(told_types()), *_frames()])


def _api() -> Any:
    """The REST API, found by its address: which features it mounts is wiring, above this floor."""
    return resolve("/api/v1/openapi.json").func.keywords["api"]  # pyright: ignore


def _event_data(kinds: Iterable[EventType]) -> str:
    shapes: dict[str, list[str]] = {}
    for kind in kinds:
        schema = SEEN_AS.get(kind.fact) or TypeAdapter(kind.fact).json_schema()
        shape = typescript_of(schema, "  ")
        known = shapes.setdefault(kind.name, [])
        # The same fields in another order are the same shape.
        if sorted(shape.split("\n")) not in [sorted(other.split("\n")) for other in known]:
            known.append(shape)
    rows = [f'  "{name}": {" | ".join(found)};' for name, found in sorted(shapes.items())]
    return "\n".join(["export interface EventData {", *rows, "}"])


def _frames() -> Iterator[str]:
    document = asyncapi_document()
    messages = document["components"]["messages"]
    yield _FRAMES
    yield _union("ServerFrame", document, "receiveFromServer", messages, also=["EventFrame"])
    yield _union("ClientFrame", document, "sendToServer", messages)


def _union(
    name: str, document: Json, operation: str, messages: Json, also: Iterable[str] = ()
) -> str:
    listed = document["operations"][operation]["messages"]
    names = [name_of(reference) for reference in listed]
    shapes = [typescript_of(messages[each]["payload"], "    ") for each in names if each != "event"]
    return f"export type {name} =\n  | " + "\n  | ".join([*also, *shapes]) + ";\n"
