"""The records of an export as typed values. A record that is not what it should be is a `Flaw`."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

from core.text import repaired_name
from integrations.slack import blocks, emoji
from integrations.slack.identity import moment
from integrations.slack.mrkdwn import Names, literal, storable, to_markdown

MOST_TEXT = 40_000
MOST_RAW = 200_000
"""Longest text that is translated at all; Slack itself writes at most a quarter of that."""
MOST_REACTIONS = 10_000
MOST_FILES = 100
SLACKBOT = "USLACKBOT"

_TS = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?")
_LATEST_S = 253_370_764_800  # the year 9999: later times fit no database
_SLACK_ID = re.compile(r"[A-Za-z0-9_.~-]{1,32}")
_EMAIL = re.compile(r"[^\s@<>\"(),;:\\\[\]]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_EMOTE = re.compile(r"(?P<bridge> ?)\* (?P<who>[^\s*]{1,64}) (?P<what>[^\s*][^\n]{0,3999})")
_EMOTED = "me_message"

_SAY_NOTHING = {
    "",
    "This content can't be displayed.",
    "This message contains interactive elements.",
}
_EVENTS_ABOUT_MESSAGES = {"message_changed", "message_deleted", "message_replied"}
_SYSTEM = {
    "pinned_item",
    "unpinned_item",
    "bot_add",
    "bot_remove",
    "bot_enable",
    "bot_disable",
    "reminder_add",
    "reminder_delete",
    "sh_room_created",
    "huddle_thread",
    "joiner_notification",
    "joiner_notification_for_inviter",
    "app_conversation_join",
    "app_conversation_leave",
    "tabbed_canvas_updated",
    "bookmark_added",
}
_BROADCASTS = {"thread_broadcast", "reply_broadcast"}


class Flaw(Exception):
    """Why a record cannot be used, in a few words and without anything people wrote."""


class Passed(Exception):
    """A record that is no message of its own: a note about another one. Not an error."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person or bot of the export."""

    slack_id: str
    name: str
    email: str | None = None
    title: str = ""
    is_deleted: bool = False
    is_bot: bool = False
    is_guest: bool = False
    time_zone: str = "UTC"
    locale: str = "en"
    bot_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A channel, private channel, direct or group message of the export."""

    slack_id: str
    kind: str
    name: str | None
    created: datetime
    topic: str = ""
    purpose: str = ""
    creator: str | None = None
    archived: datetime | None = None
    members: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji and who gave it."""

    emoji: str
    is_custom: bool
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file object of a message; its bytes may or may not be in the export."""

    slack_id: str
    name: str
    content_type: str
    user: str | None


@dataclass(slots=True)
class Message:
    """A message of the export, its text already in our Markdown."""

    micros: int
    author: Person | None
    text: str | None
    is_system: bool = False
    subtype: str | None = None
    thread_micros: int | None = None
    also_in_conversation: bool = False
    edited_micros: int | None = None
    is_deleted: bool = False
    is_shortened: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    bad_reactions: int = 0
    files: list[Attached] = field(default_factory=list)


def person(record: dict[str, Any]) -> Person:
    """A record of users.json."""
    slack_id = _id(record.get("id"))
    profile = _dict(record.get("profile"))
    names = (
        profile.get("display_name"),
        record.get("real_name"),
        profile.get("real_name"),
        record.get("name"),
    )
    return Person(
        slack_id=slack_id,
        name=_first_name(names, 120) or slack_id,
        email=_email(profile.get("email") or record.get("email")),
        title=repaired_name(_str(profile.get("title")), longest=120),
        is_deleted=record.get("deleted") is True,
        is_bot=record.get("is_bot") is True or slack_id == SLACKBOT,
        is_guest=bool(record.get("is_restricted") or record.get("is_ultra_restricted")),
        time_zone=_time_zone(record.get("tz")),
        locale=_locale(record.get("locale")),
        bot_id=_id_or_none(profile.get("bot_id")),
        since=_time(record.get("updated")),
    )


def conversation(record: dict[str, Any], kind: str) -> Conversation:
    """A record of channels.json, groups.json, dms.json or mpims.json.

    Some tools write all of them into one list: what the record says of itself may make it more
    private than its list, never less.
    """
    kind = _stricter(record, kind)
    slack_id = _id(record.get("id"))
    name = _str(record.get("name"))
    created = _time(record.get("created")) or moment(0)
    is_archived = record.get("is_archived") is True
    return Conversation(
        slack_id=slack_id,
        kind=kind,
        name=None if kind == "direct" else (repaired_name(name) or slack_id.lower()),
        created=created,
        topic=repaired_name(_str(_dict(record.get("topic")).get("value")), longest=250),
        purpose=repaired_name(_str(_dict(record.get("purpose")).get("value")), longest=500),
        creator=_id_or_none(record.get("creator")),
        archived=(_time(record.get("updated")) or created) if is_archived else None,
        members=tuple(dict.fromkeys(_ids(record.get("members")))),
        folders=tuple(dict.fromkeys(part for part in (name, slack_id) if part)),
    )


def _stricter(record: dict[str, Any], kind: str) -> str:
    if record.get("is_im") is True or record.get("is_mpim") is True:
        return "direct"
    return "private" if kind == "public" and record.get("is_private") is True else kind


def micros_of(value: Any) -> int:
    """A Slack timestamp in microseconds; Flaw where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.6f}" if isinstance(value, float) else str(value)
    found = _TS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Flaw("its ts is missing or no timestamp")
    seconds = int(found[1])
    if seconds >= _LATEST_S:
        raise Flaw("its ts lies beyond the year 9999")
    return seconds * 1_000_000 + int((found[2] or "0").ljust(6, "0"))


class People(Names, Protocol):
    """What a text may refer to, and who is called what."""

    def person_called(self, name: str) -> str | None: ...


def message(record: dict[str, Any], names: People) -> Message:
    """A record of a day file.

    Errors  Flaw where it cannot be used, Passed where it is no message of its own.
    """
    _check(record)
    subtype = record.get("subtype")
    subtype = subtype[:40] if isinstance(subtype, str) and subtype else None
    if subtype in _EVENTS_ABOUT_MESSAGES:
        raise Passed(subtype)
    micros = micros_of(record.get("ts"))
    thread = record.get("thread_ts")
    thread_micros = None if thread in (None, "") else micros_of(thread)
    found = Message(micros=micros, author=_author(record), text=None)
    found.thread_micros = None if thread_micros == micros else thread_micros
    found.also_in_conversation = subtype in _BROADCASTS and found.thread_micros is not None
    found.edited_micros = _edited(record.get("edited"))
    if subtype == "tombstone":
        found.is_deleted = True
        if found.author is not None and found.author.slack_id == SLACKBOT:
            found.author = None  # Slackbot keeps the place of a message whose author is not told
        return found
    found.is_system = _is_system(subtype)
    found.subtype = _kept_subtype(subtype)
    found.files = _files(record)
    found.text = _body(record, names)
    _read_emote(record, names, found)
    if len(found.text) > MOST_TEXT:
        found.text = found.text[: MOST_TEXT - 1] + "…"
        found.is_shortened = True
    _read_reactions(record.get("reactions"), found)
    return found


def _read_emote(record: dict[str, Any], names: People, found: Message) -> None:
    """Let `* ann ponders` be what Ann does, as `/me` is: so IRC and its bridges write it.

    Of a person only where they name themselves, of a bot where it names somebody known, or begins
    as bridges do, with a space. All else that begins with an asterisk is an item of a list.
    """
    said = _EMOTE.fullmatch(record.get("text") or "")
    if said is None or found.author is None or found.is_system or record.get("attachments"):
        return
    if not found.author.is_bot:
        own = names.person_name(found.author.slack_id) or found.author.name
        if own.casefold() != said["who"].casefold():
            return
    elif (slack_id := names.person_called(said["who"])) is not None:
        found.author = Person(slack_id, names.person_name(slack_id) or said["who"])
    elif said["bridge"]:
        found.subtype, found.text = _EMOTED, to_markdown(f"{said['who']} {said['what']}", names)
        return
    else:
        return
    found.subtype, found.text = _EMOTED, to_markdown(said["what"], names)


def file_name(value: str) -> str:
    """A file's name as ours may be: no folder, nothing that hides its ending."""
    name = repaired_name(value.replace("\\", "/").rpartition("/")[2], longest=255)
    return "file" if name.strip(". ") == "" else name


def _check(record: dict[str, Any]) -> None:
    if record.get("type", "message") != "message":
        raise Flaw("it is no message")
    text = record.get("text")
    if text is not None and not isinstance(text, str):
        raise Flaw("its text is no string")
    if isinstance(text, str) and _has_broken_bytes(text):
        raise Flaw("its text is not valid UTF-8")


def _has_broken_bytes(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= one <= "\udcff" for one in text)


def _body(record: dict[str, Any], names: Names) -> str:
    """The message's Markdown, from whichever of its parts says most."""
    raw = (record.get("text") or "")[:MOST_RAW]
    text = "" if raw.strip() in _SAY_NOTHING else to_markdown(raw, names)
    if record.get("blocks") and (not text or _says_less(record)):
        shown = blocks.of_blocks(record["blocks"], names)
        text = shown if _letters(shown) > _letters(text) else text
    parts = [text]
    if record.get("attachments"):
        parts.append(blocks.of_attachments(record["attachments"], names))
    return "\n".join(part for part in parts if part).strip("\n")


def _says_less(record: dict[str, Any]) -> bool:
    """A rich-text block repeats the text; other blocks often say much more than it does."""
    found = record["blocks"]
    return isinstance(found, list) and any(
        isinstance(one, dict) and one.get("type") != "rich_text" for one in found
    )


def _letters(text: str) -> int:
    return sum(one.isalnum() for one in text)


def missing_file(attached: Attached) -> str:
    """A line for a file whose bytes the export does not hold."""
    return f"📎 {literal(attached.name)}"


def _author(record: dict[str, Any]) -> Person | None:
    """Who wrote it, with what the message itself tells of them."""
    user = _id_or_none(record.get("user"))
    if user is not None:
        profile = record.get("user_profile")
        if not isinstance(profile, dict):
            return Person(user, user, is_bot=user == SLACKBOT)
        seen = (profile.get("display_name"), profile.get("real_name"), profile.get("name"))
        return Person(user, _first_name(seen, 120) or user, is_bot=user == SLACKBOT)
    bot = _id_or_none(record.get("bot_id"))
    seen = (record.get("username"), _dict(record.get("bot_profile")).get("name"))
    name = _first_name(seen, 120)
    if bot is None and not name:
        return None
    return Person(bot or "bot~" + name.casefold()[:80], name or str(bot), is_bot=True)


def _edited(value: Any) -> int | None:
    if not isinstance(value, dict):
        return None
    try:
        return micros_of(value.get("ts"))
    except Flaw:
        return None


def _is_system(subtype: str | None) -> bool:
    return subtype is not None and (
        subtype.startswith(("channel_", "group_")) or subtype in _SYSTEM
    )


def _kept_subtype(subtype: str | None) -> str | None:
    """Private channels' subtypes become those of channels; what says nothing more is dropped."""
    if subtype is None or subtype in _BROADCASTS or subtype == "file_share":
        return None
    if subtype.startswith("group_"):
        return "channel_" + subtype.removeprefix("group_")
    return storable(subtype)


def _files(record: dict[str, Any]) -> list[Attached]:
    found = record.get("files")
    if not isinstance(found, list):
        found = [record["file"]] if "file" in record else []
    files: dict[str, Attached] = {}
    for one in found[:MOST_FILES]:
        attached = _file(_dict(one))
        if attached is not None:
            files.setdefault(attached.slack_id, attached)
    return list(files.values())


def _file(record: dict[str, Any]) -> Attached | None:
    slack_id = _id_or_none(record.get("id"))
    if slack_id is None or record.get("mode") == "tombstone":
        return None
    name = _str(record.get("name")) or _str(record.get("title"))
    kind = _str(record.get("mimetype")).lower()
    return Attached(
        slack_id=slack_id,
        name=file_name(name),
        content_type=kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream",
        user=_id_or_none(record.get("user")),
    )


def _read_reactions(value: Any, into: Message) -> None:
    if not isinstance(value, list):
        return
    for one in value[:MOST_REACTIONS]:
        name = _str(_dict(one).get("name"))
        shown, is_custom = emoji.reaction(name)
        users = tuple(dict.fromkeys(_ids(_dict(one).get("users"))))
        if shown is None:
            into.bad_reactions += max(1, len(users))
            continue
        into.reactions.append(Reaction(shown, is_custom, users))


def _id(value: Any) -> str:
    found = _id_or_none(value)
    if found is None:
        raise Flaw("its id is missing or no Slack id")
    return found


def _id_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and _SLACK_ID.fullmatch(value) else None


def _ids(value: Any) -> list[str]:
    return [one for one in value if _id_or_none(one)] if isinstance(value, list) else []


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first_name(values: Any, longest: int) -> str:
    found = (repaired_name(value, longest=longest) for value in values if isinstance(value, str))
    return next((name for name in found if name), "")


def _email(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 254 or not _EMAIL.fullmatch(value.strip()):
        return None
    return value.strip()


def _time(value: Any) -> datetime | None:
    """Seconds since 1970; newer records of some kinds give milliseconds."""
    try:
        micros = micros_of(value)
    except Flaw:
        return None
    if micros > 100_000_000_000 * 1_000_000:
        micros //= 1000
    return moment(micros) if micros else None


def _time_zone(value: Any) -> str:
    found = _str(value)
    return found if found in _time_zones() else "UTC"


@cache
def _time_zones() -> set[str]:
    return available_timezones()


def _locale(value: Any) -> str:
    found = re.fullmatch(r"([a-z]{2,3})(?:[-_][A-Za-z]{2,4})?", _str(value))
    return found[1] if found else "en"
