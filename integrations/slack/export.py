"""The layout of a Slack export: lists at the top, a folder per conversation, a file per day."""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from integrations.slack import shapes
from integrations.slack.archive import Archive, Member, NotAnExport, Readable
from integrations.slack.records import Bad, must_be_array, records
from integrations.slack.shapes import Conversation, Flaw, Person

LISTS = {
    "channels.json": "public",
    "groups.json": "private",
    "dms.json": "direct",
    "mpims.json": "direct",
}
USERS = "users.json"

WINDOW = 10_000
"""Day files follow each other in time. Where neighbours overlap, or a huge file is not sorted,
this many messages are held back to bring them into order; fewer where they are long."""
_BYTES_OF_AN_ORDINARY_ONE = 1_000

NO_LIST = "no list names its conversation"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[^/]*\.json")
_FILE_ID = re.compile(r"(F[A-Z0-9]{5,20})(?:[-_.].*)?")


class Place(NamedTuple):
    """Where a message stood in the export."""

    file: str
    index: int


@dataclass(frozen=True, slots=True)
class Record:
    """One raw message and where it stood."""

    micros: int
    file: str
    index: int
    content: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where it stood, which is all to be kept of it once it was read."""
        return Place(self.file, self.index)


class Export:
    """A Slack export that was opened and looks like one."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._root = _root(archive)
        self._lists = {
            name: member
            for name in (USERS, *LISTS)
            if (member := archive.members.get(self._root + name)) is not None
        }
        for member in self._lists.values():
            must_be_array(archive, member)
        self._days: dict[str, list[Member]] = defaultdict(list)
        self._files: dict[str, list[Member]] = defaultdict(list)
        self._claims: dict[str, set[str]] = defaultdict(set)
        self._sort()

    @property
    def size_bytes(self) -> int:
        """How much there is to read of messages; for progress."""
        return sum(day.size_bytes for days in self._days.values() for day in days)

    def refused(self) -> Iterator[Bad]:
        """The members that are not used because of how the zip describes them."""
        for one in self._archive.refused:
            kind = "messages" if one.name.endswith(".json") else "files"
            yield Bad(one.name, None, one.reason, kind)

    def team(self) -> str:
        """The workspace's own id, as most people's records give it; `export` without one."""
        teams: Counter[str] = Counter()
        for found in self._of(USERS, "users"):
            if isinstance(found, Bad):
                continue
            team = found[1].get("team_id")
            if isinstance(team, str) and re.fullmatch(r"[A-Z0-9]{2,20}", team):
                teams[team] += 1
        return min(teams, key=lambda team: (-teams[team], team)) if teams else "export"

    def people(self) -> Iterator[Person | Bad]:
        """Everybody in users.json."""
        for found in self._of(USERS, "users"):
            yield found if isinstance(found, Bad) else _shaped(found, USERS, "users", shapes.person)

    def conversations(self) -> Iterator[Conversation | Bad]:
        """Every conversation of the four lists, public ones first."""
        for name, kind in LISTS.items():
            for found in self._of(name, "conversations"):
                yield (
                    found
                    if isinstance(found, Bad)
                    else _shaped(found, name, "conversations", shapes.conversation, kind)
                )

    def messages(self, conversation: Conversation) -> Iterator[Record | Bad]:
        """A conversation's messages in the order of their timestamps."""
        held: list[tuple[int, int, int, Record]] = []
        number = weight = 0
        for found in self._records(self._days_of(conversation)):
            if isinstance(found, Bad):
                yield found
                continue
            number += 1
            own = _weight(found)
            heapq.heappush(held, (found.micros, number, own, found))
            weight += own
            while weight > WINDOW:
                _micros, _number, own, oldest = heapq.heappop(held)
                weight -= own
                yield oldest
        while held:
            yield heapq.heappop(held)[3]

    def settle(self, conversations: list[Conversation]) -> None:
        """Decide whose each folder is. One that two conversations claim is nobody's.

        A public and a private channel of one name would otherwise read each other's messages.
        """
        claims: dict[str, set[str]] = defaultdict(set)
        for one in conversations:
            for folder in one.folders:
                claims[folder].add(one.slack_id)
        self._claims = claims

    def unlisted(self) -> Iterator[Bad]:
        """Messages in folders that are nobody's: nobody could say who may read them."""
        for folder in sorted(self._days):
            claims = self._claims.get(folder, set())
            if len(claims) == 1:
                continue
            why = "two conversations claim its folder" if claims else NO_LIST
            for found in self._records(self._days[folder]):
                yield found if isinstance(found, Bad) else Bad(found.file, found.index, why)

    def bytes_of(self, conversation: Conversation, file: shapes.Attached) -> Member | None:
        """Where the zip holds a file's bytes, in any of the layouts that tools write."""
        found = self._files.get(file.slack_id)
        if not found:
            return None
        here = {self._root + folder for folder in conversation.folders}
        return min(
            found,
            key=lambda one: (
                not any(one.name.startswith(folder + "/") for folder in here),
                not one.name.endswith(file.name),
                one.name,
            ),
        )

    def open(self, member: Member) -> AbstractContextManager[Readable]:
        """Read a shared file's bytes; Unreadable where it is damaged."""
        return self._archive.stream(member)

    def size_of(self, name: str) -> int:
        """How large a member is; for progress."""
        return self._archive.members[name].size_bytes

    def _days_of(self, conversation: Conversation) -> list[Member]:
        """A conversation's day files, which may lie in a folder by its name and one by its id."""
        own = [one for one in conversation.folders if self._claims[one] == {conversation.slack_id}]
        days = [day for folder in own for day in self._days.get(folder, [])]
        return sorted(days, key=lambda day: (day.parts[-1], day.name))

    def _records(self, days: list[Member]) -> Iterator[Record | Bad]:
        for day in days:
            yield from self._sorted(records(self._archive, day, kind="messages"), day)

    def _sorted(self, found: Iterator[Any], day: Member) -> Iterator[Record | Bad]:
        for one in found:
            if isinstance(one, Bad):
                yield one
                continue
            index, content = one
            try:
                yield Record(shapes.micros_of(content.get("ts")), day.name, index, content)
            except Flaw as flaw:
                yield Bad(day.name, index, str(flaw))

    def _of(self, name: str, kind: str) -> Iterator[Any]:
        member = self._lists.get(name)
        return iter(()) if member is None else records(self._archive, member, kind=kind)

    def _sort(self) -> None:
        """Tell day files from files that people shared."""
        for name in sorted(self._archive.members):
            member = self._archive.members[name]
            if not name.startswith(self._root):
                continue
            parts = name.removeprefix(self._root).split("/")
            if len(parts) == 2 and _DAY.fullmatch(parts[1]):
                self._days[parts[0]].append(member)
                continue
            for part in parts[:-1] if parts[-1].startswith(".") else parts:
                found = _FILE_ID.fullmatch(part)
                if found is not None:
                    self._files[found[1]].append(member)
                    break


def _weight(record: Record) -> int:
    """How many ordinary messages a message is worth in memory.

    All of its JSON counts: of what build servers post, the text is the least part.
    """
    try:
        size_bytes = len(orjson.dumps(record.content))
    except (TypeError, RecursionError):  # numbers and letters that orjson does not write
        size_bytes = len(repr(record.content))
    return 1 + size_bytes // _BYTES_OF_AN_ORDINARY_ONE


def _root(archive: Archive) -> str:
    """The folder that users.json lies in; tools like to wrap everything into one.

    Errors  NotAnExport where there is none, or no list of conversations beside it.
    """
    roots = [name.removesuffix(USERS) for name in archive.members if _is_list(name, USERS)]
    roots = [root for root in roots if not root.startswith("__MACOSX")]
    if not roots:
        problem = next((one for one in archive.refused if _is_list(one.name, USERS)), None)
        if problem is not None:
            raise NotAnExport(f"users.json cannot be used: {problem.reason}.")
        raise NotAnExport("This is no Slack export: it has no users.json.")
    root = min(roots, key=lambda one: (one.count("/"), one))
    if not any(root + name in archive.members for name in LISTS):
        raise NotAnExport(
            "This is no Slack export: it has none of channels.json, groups.json, dms.json and"
            " mpims.json."
        )
    for one in archive.refused:
        if one.name.removeprefix(root) in LISTS:
            raise NotAnExport(f"{one.name} cannot be used: {one.reason}.")
    return root


def _is_list(name: str, wanted: str) -> bool:
    return name == wanted or name.endswith("/" + wanted)


def _shaped(found: tuple[int, dict], file: str, kind: str, make: Any, *rest: Any) -> Any:
    index, content = found
    try:
        return make(content, *rest)
    except Flaw as flaw:
        return Bad(file, index, str(flaw), kind)
