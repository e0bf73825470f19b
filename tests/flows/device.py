"""One device of one person: it loads its list once and then only applies what it is told.

By the rules of the web client (`live/apply.ts`, `receipts/store.ts`): it asks the server again
exactly where the client does, and counts by itself everywhere else.
"""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from events.journal import entries_after
from events.models import Entry
from events.render import frames_of
from events.tasks import run_entry
from messaging.conversations.models import Membership
from messaging.conversations.selectors import UNREAD_CAP
from tests.cast import Person
from tests.flows.world import World
from tests.messaging.calls import Caller, call

_CALLS_ALL = re.compile(r"<!channel>", re.IGNORECASE)
RULES = ("kind", "posting", "replying", "archived_at")


@dataclass
class Device:
    """What one client knows of one conversation; None where it is not in its list."""

    person: Person
    world: World
    rest: Caller
    known: dict[str, Any] | None = None
    counted_seq: int = 0
    seq: int = 0
    own_seq: int = 0

    @classmethod
    def opened(cls, person: Person, world: World) -> "Device":
        """A client that opens now."""
        device = cls(person, world, call(person.api))
        device.own_seq = Entry.objects.filter(stream_id=person.id).count()
        device.seq = Entry.objects.filter(stream_id=world.place.id).count()
        device.refresh()
        return device

    @property
    def path(self) -> str:
        return f"/conversations/{self.world.place.id}"

    def hear(self, *, personal_first: bool) -> None:
        """Apply all that was told since the last time; two streams, in either order."""
        if personal_first:
            self._hear_own()
            self._hear_place()
        else:
            self._hear_place()
            self._hear_own()

    def check(self) -> None:
        """What it shows is what whoever opens a client now is shown."""
        answer = self.rest.get(self.path)
        now = answer.body if answer.status == 200 and answer.body["membership"] else None
        known = self.known if self.known and self.known["membership"] else None
        if now is None or known is None:
            assert known is now, (self.person, self.world.place.id, known, now)
            return
        for name in ("unread", "membership", "can", "posting", "archived_at", "topic"):
            assert known[name] == now[name], (self.person, name, known[name], now[name])

    def refresh(self) -> None:
        """Ask the server; what it cannot see any more is dropped."""
        answer = self.rest.get(self.path)
        self.known = answer.body if answer.status == 200 else None
        if self.known is not None:
            self.counted_seq = self.known["last_seq"]

    def _hear_own(self) -> None:
        entries = entries_after(self.person.id, self.own_seq)
        for frame in self._frames(entries):
            self.own_seq = frame["seq"]
            if (frame["data"] or {}).get("conversation_id") == str(self.world.place.id):
                self._apply_own(frame["event"].split(".")[1:3], frame["data"])

    def _hear_place(self) -> None:
        entries = entries_after(self.world.place.id, self.seq)
        # Whoever is not in it has no seat and is told nothing.
        is_in = Membership.objects.filter(
            conversation=self.world.place, user_id=self.person.id
        ).exists()
        for frame in self._frames(entries):
            self.seq = frame["seq"]
            if is_in and self.known is not None and frame["data"] is not None:
                self._apply(frame["event"].split(".")[1:3], frame["data"], frame["seq"])

    def _frames(self, entries: list[Entry]) -> list[dict[str, Any]]:
        return [orjson.loads(frame) for frame in frames_of(entries)]

    def _apply_own(self, name: list[str], data: dict[str, Any]) -> None:
        match name:
            case ["membership", "removed"]:
                self.known = None
            case ["membership", _]:
                self.refresh()
            case ["cursor", "moved"]:
                self._cursor_moved(data["read_seq"])
            case ["mention", "created"]:
                self._mentioned(data["seq"])
            case ["placement", "changed"] if self.known and self.known["membership"]:
                place = {key: data[key] for key in data if key != "conversation_id"}
                self.known["membership"] |= place

    def _apply(self, name: list[str], data: dict[str, Any], seq: int) -> None:
        assert self.known is not None
        match name:
            case ["message", "created"]:
                self._created(data)
            case ["message", "arrived"]:
                self._arrived(data, seq)
            case ["message", "departed"]:
                if any(self.known["unread"].values()):
                    self.refresh()
            case ["message", "moved"]:
                self.refresh()
            case ["message", "edited" | "deleted" | "restored"]:
                # Mentions may have come or gone, and only the server knows.
                if self._is_unread(data):
                    self.refresh()
            case ["conversation", _]:
                before = dict(self.known)
                self.known |= data
                if any(before[rule] != data[rule] for rule in RULES):
                    self.refresh()

    def _created(self, message: dict[str, Any]) -> None:
        if not self._is_unread(message) or message["seq"] <= self.counted_seq:
            return
        unread = self._unread
        if message["kind"] == "system":
            return
        # Replies are counted by their threads.
        said = message["thread_id"] is None or message["also_in_conversation"]
        unread["messages"] = min(UNREAD_CAP, unread["messages"] + said)
        unread["mentions"] += self._calls_all(message["text"])

    def _arrived(self, message: dict[str, Any], seq: int) -> None:
        """Nobody is called on by a move but by name; what came back has its old number."""
        self._created({**message, "text": None})
        named = f"<@{self.person.id}>" in (message["text"] or "")
        if self._is_unread(message) and (message["seq"] < seq or named):
            self.refresh()

    def _cursor_moved(self, read_seq: int) -> None:
        if self.known is None or not self.known["membership"]:
            return
        if self.known["membership"]["read_seq"] == read_seq:
            return
        if read_seq < max(self.known["last_seq"], self.seq):
            self.refresh()
            return
        self.known["membership"]["read_seq"] = read_seq
        self.known["unread"] = {"messages": 0, "mentions": 0}

    def _mentioned(self, seq: int) -> None:
        if self.known is None or not self.known["membership"]:
            return
        if seq <= self.counted_seq:
            self.refresh()
        elif seq > self.known["membership"]["read_seq"]:
            self._unread["mentions"] += 1

    @property
    def _unread(self) -> dict[str, int]:
        assert self.known is not None
        return self.known["unread"]

    def _is_unread(self, message: dict[str, Any]) -> bool:
        assert self.known is not None
        membership = self.known["membership"]
        is_mine = message["author_id"] == str(self.person.id)
        return bool(membership) and not is_mine and message["seq"] > membership["read_seq"]

    def _calls_all(self, text: str | None) -> bool:
        """Whoever is named as well is told by an event of their own."""
        named = f"<@{self.person.id}>" in (text or "")
        return bool(_CALLS_ALL.search(text or "")) and not named


def settle(world: World, seq: int) -> int:
    """Run the handlers of what happened since; returns how far the journal is."""
    for entry in entries_after(world.other.id, world.settled):
        assert run_entry(entry)
        world.settled = entry.seq
    for entry in entries_after(world.place.id, seq):
        assert run_entry(entry)
        seq = entry.seq
    return seq
