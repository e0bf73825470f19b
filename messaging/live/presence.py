"""Who is there: kept per process, told to those who share a conversation, never journalled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from messaging.live.buffer import OWN
from messaging.live.frames import CONVERSATION, TENANT, Topic
from messaging.live.socket import Socket

if TYPE_CHECKING:
    from messaging.live.hub import Hub

OFFLINE, ACTIVE = "offline", "active"

type Key = tuple[str, str]
"""Tenant and person."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was last said of a person, and where they can be seen."""

    state: str
    rooms: frozenset[str]
    at: float


@dataclass(frozen=True, slots=True)
class Absence:
    """A person whose last socket here closed a moment ago."""

    common: str
    rooms: list[str]
    since: float


@dataclass(slots=True)
class PresenceBoard:
    """Presence of the people of all tenants, as far as this process has heard of it.

    A sighting that is not repeated for `fresh_s` is void: its gateway died without a word.
    """

    fresh_s: float
    _seen: dict[Key, Sighting] = field(default_factory=dict)

    def note(self, key: Key, sighting: Sighting) -> bool:
        """Take news of a person; says whether it is any."""
        before = self._seen.pop(key, None)
        if sighting.state != OFFLINE:
            self._seen[key] = sighting
        return (OFFLINE if before is None else before.state) != sighting.state

    def state_of(self, key: Key) -> str:
        sighting = self._seen.get(key)
        return OFFLINE if sighting is None else sighting.state

    def seen_from(self, tenant: str, rooms: Iterable[str]) -> list[tuple[str, str]]:
        """The people who can be seen in any of these rooms, with their states."""
        here = frozenset(rooms)
        return [
            (user_id, sighting.state)
            for (of_tenant, user_id), sighting in self._seen.items()
            if of_tenant == tenant and not here.isdisjoint(sighting.rooms)
        ]

    def fade(self, now: float) -> list[tuple[Key, Sighting]]:
        """Forget those who were not heard of for too long, and name them."""
        gone = [(key, seen) for key, seen in self._seen.items() if now - seen.at > self.fresh_s]
        for key, _ in gone:
            del self._seen[key]
        return gone


class Presence:
    """Tells who comes and goes, between the gateways and to the sockets of this one."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._board = PresenceBoard(fresh_s=4 * hub.limits.heartbeat_s)
        self._absences: dict[Key, Absence] = {}
        self._repeated_at = hub.now()
        #: Who came to look, and who went, since that was last noted for the handlers.
        self._unnoted: dict[Key, bool] = {}

    async def say(self, socket: Socket, state: str) -> None:
        """Say where a person is, to those who share a conversation with them."""
        common = _common(socket)
        self._unnoted[socket.person.tenant, socket.person.user_id] = state == ACTIVE
        if common is not None:
            rooms = _rooms(socket)[: self._hub.limits.presence_rooms]
            await self._announce(common, socket.person.user_id, state, rooms)

    def tell(self, socket: Socket) -> None:
        """Tell a newcomer who is there."""
        me = socket.person
        for user_id, state in self._board.seen_from(me.tenant, _rooms(socket)):
            if user_id != me.user_id:
                frame = {"type": "presence", "user_id": user_id, "state": state}
                socket.tell(frame, is_fleeting=True)

    def take(self, message: dict[str, Any]) -> None:
        """Take the news of any gateway, this one included."""
        tenant = Topic.parse(message["topic"]).tenant
        key, state = (tenant, message["user_id"]), message["state"]
        if state == OFFLINE and self._hub.is_here(key):
            return  # Gone elsewhere, still here.
        sighting = Sighting(state, frozenset(message["rooms"]), self._hub.now())
        if self._board.note(key, sighting):
            self._show(key, state, sighting.rooms)

    def miss(self, socket: Socket) -> None:
        """A person's last socket is closing; called while it still has its seats."""
        key, common = (socket.person.tenant, socket.person.user_id), _common(socket)
        if common is not None and self._board.state_of(key) != OFFLINE:
            rooms = _rooms(socket)[: self._hub.limits.presence_rooms]
            self._absences[key] = Absence(common, rooms, self._hub.now())

    async def mind(self) -> None:
        """Say that people are gone once they did not come back; repeat who is here."""
        now = self._hub.now()
        for key, absence in list(self._absences.items()):
            is_back = self._hub.is_here(key)
            if now - absence.since < self._hub.limits.absence_s and not is_back:
                continue
            del self._absences[key]
            if not is_back:
                self._unnoted[key] = False
                await self._announce(absence.common, key[1], OFFLINE, absence.rooms)
        for key, sighting in self._board.fade(now):
            self._show(key, OFFLINE, sighting.rooms)
        if now - self._repeated_at >= 2 * self._hub.limits.heartbeat_s:
            self._repeated_at = now
            await self._repeat()

    async def note(self) -> None:
        """Let the handlers know who is here: whom @here calls on."""
        news, self._unnoted = self._unnoted, {}
        by_tenant: dict[str, tuple[list[str], list[str]]] = {}
        for (tenant, user_id), is_here in news.items():
            here, gone = by_tenant.setdefault(tenant, ([], []))
            (here if is_here else gone).append(user_id)
        for tenant, (here, gone) in by_tenant.items():
            await self._hub.journal.note_here(tenant, here, gone)

    async def _repeat(self) -> None:
        for key, socket in self._hub.somebody_of_each():
            state = self._board.state_of(key)
            if state != OFFLINE:
                await self.say(socket, state)

    async def _announce(self, common: str, user_id: str, state: str, rooms: list[str]) -> None:
        message = {
            "type": "live.presence",
            "topic": common,
            "user_id": user_id,
            "state": state,
            "rooms": rooms,
        }
        if not await self._hub.subscriptions.send(common, message):
            # Without Redis at least the people of this process see each other.
            self.take(message)

    def _show(self, key: Key, state: str, rooms: Iterable[str]) -> None:
        """Write a change to each socket that shares a room, once; very large rooms are left out."""
        tenant, user_id = key
        audience: dict[Socket, None] = {}
        for room in rooms:
            channel = self._hub.channel_of(Topic.of(tenant, CONVERSATION, room).name)
            if channel is not None and len(channel.sockets) <= self._hub.limits.presence_room:
                audience.update(channel.sockets)
        text = orjson.dumps({"type": "presence", "user_id": user_id, "state": state}).decode()
        for socket in audience:
            if socket.person.user_id != user_id:
                socket.write(OWN, text, is_fleeting=True)


def _common(socket: Socket) -> str | None:
    """The tenant's topic, on which presence travels."""
    return next((name for name in socket.topics if Topic.parse(name).kind == TENANT), None)


def _rooms(socket: Socket) -> list[str]:
    topics = (Topic.parse(name) for name in socket.topics)
    return [topic.stream_id for topic in topics if topic.kind == CONVERSATION]
