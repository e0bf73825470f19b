"""Who is there: kept per process, told to those who have them in view, never journalled.

News are gathered and passed on once a second: between the gateways as one message per tenant, to a
socket as one batch. A client names whom it shows (`watch`); it hears of those and of nobody else,
so that ten thousand people who come online cost ten thousand news and not a hundred million frames.
Clients that do not say whom they show hear of the people in their smaller conversations.
"""

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
MOST_PER_MESSAGE = 200
MOST_PER_FRAME = 200

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
    _seen: dict[str, dict[str, Sighting]] = field(default_factory=dict)

    def note(self, key: Key, sighting: Sighting) -> bool:
        """Take news of a person; says whether it is any."""
        tenant, user_id = key
        people = self._seen.setdefault(tenant, {})
        before = people.pop(user_id, None)
        if sighting.state != OFFLINE:
            people[user_id] = sighting
        return (OFFLINE if before is None else before.state) != sighting.state

    def sighting_of(self, key: Key) -> Sighting | None:
        return self._seen.get(key[0], {}).get(key[1])

    def state_of(self, key: Key) -> str:
        sighting = self.sighting_of(key)
        return OFFLINE if sighting is None else sighting.state

    def seen_from(self, tenant: str, rooms: Iterable[str], *, most: int) -> list[tuple[str, str]]:
        """The people who can be seen in any of these rooms, with their states.

        Nobody where more than `most` people are there: looking through them all for each newcomer
        would cost their square.
        """
        people = self._seen.get(tenant, {})
        if len(people) > most:
            return []
        here = frozenset(rooms)
        return [
            (user_id, sighting.state)
            for user_id, sighting in people.items()
            if not here.isdisjoint(sighting.rooms)
        ]

    def fade(self, now: float) -> list[tuple[Key, Sighting]]:
        """Forget those who were not heard of for too long, and name them."""
        gone = [
            ((tenant, user_id), seen)
            for tenant, people in self._seen.items()
            for user_id, seen in people.items()
            if now - seen.at > self.fresh_s
        ]
        for (tenant, user_id), _ in gone:
            del self._seen[tenant][user_id]
        return gone


class Presence:
    """Tells who comes and goes, between the gateways and to the sockets of this one."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._board = PresenceBoard(fresh_s=4 * hub.limits.heartbeat_s)
        self._absences: dict[Key, Absence] = {}
        self._repeated_at = hub.now()
        #: What is to be said to the other gateways, per tenant's topic and person.
        self._unsaid: dict[str, dict[str, dict[str, Any]]] = {}
        #: What is to be shown to the sockets of this one: news, in the order they came.
        self._unshown: list[tuple[Key, str, frozenset[str], dict[str, Any] | None]] = []
        #: Who came to look, and who went, since that was last noted for the handlers.
        self._unnoted: dict[Key, bool] = {}
        self._views: dict[Socket, frozenset[str]] = {}
        self._watchers: dict[Key, dict[Socket, None]] = {}
        self._newly_watching: dict[Socket, set[str]] = {}

    async def say(self, socket: Socket, state: str) -> None:
        """Say where a person is; passed on with the next pulse."""
        person = socket.person
        if person.only is not None:
            return
        self._unnoted[person.tenant, person.user_id] = state == ACTIVE
        common = _common(socket)
        if common is not None:
            rooms = _rooms(socket)[: self._hub.limits.presence_rooms]
            self._announce(common, person.user_id, state, rooms)

    def say_status(self, tenant: str, user_id: str, status: dict[str, Any]) -> None:
        """A person's status is another one: told to those who have them in view."""
        for socket in self._hub.sockets_of(tenant, user_id)[:1]:
            common = _common(socket)
            if common is not None:
                rooms = _rooms(socket)[: self._hub.limits.presence_rooms]
                state = self._board.state_of((tenant, user_id))
                self._announce(common, user_id, state, rooms, status)

    def watch(self, socket: Socket, user_ids: Iterable[str]) -> None:
        """These people are in view now, in place of those named before."""
        view, before = frozenset(user_ids), self._views.get(socket, frozenset())
        tenant = socket.person.tenant
        for user_id in before - view:
            self._unwatch((tenant, user_id), socket)
        for user_id in view - before:
            self._watchers.setdefault((tenant, user_id), {})[socket] = None
        self._views[socket] = view
        self._newly_watching.setdefault(socket, set()).update(view - before)

    def forget(self, socket: Socket) -> None:
        """A socket has closed; it looks at nobody any more."""
        for user_id in self._views.pop(socket, ()):
            self._unwatch((socket.person.tenant, user_id), socket)
        self._newly_watching.pop(socket, None)

    def tell(self, socket: Socket) -> None:
        """Tell a newcomer who is there, in an organisation of a size that allows it."""
        me = socket.person
        people = self._board.seen_from(
            me.tenant, _rooms(socket), most=self._hub.limits.presence_told
        )
        for user_id, state in people:
            if user_id != me.user_id:
                frame = {"type": "presence", "user_id": user_id, "state": state}
                socket.tell(frame, is_fleeting=True)

    def take(self, message: dict[str, Any]) -> None:
        """Take the news of any gateway, this one included."""
        tenant = Topic.parse(message["topic"]).tenant
        # Gateways of an earlier release send each person in a message of their own.
        for news in message.get("people") or [message]:
            self._take_one((tenant, news["user_id"]), news)

    def _take_one(self, key: Key, news: dict[str, Any]) -> None:
        state, status = news["state"], news.get("status")
        if state == OFFLINE and self._hub.is_here(key) and status is None:
            return  # Gone elsewhere, still here.
        sighting = Sighting(state, frozenset(news["rooms"]), self._hub.now())
        if self._board.note(key, sighting) or status is not None:
            self._unshown.append((key, state, sighting.rooms, status))

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
                self._announce(absence.common, key[1], OFFLINE, absence.rooms)
        for key, sighting in self._board.fade(now):
            self._unshown.append((key, OFFLINE, sighting.rooms, None))
        if now - self._repeated_at >= 2 * self._hub.limits.heartbeat_s:
            self._repeated_at = now
            await self._repeat()

    async def pulse(self) -> None:
        """Pass on what was gathered: to the other gateways, and to the sockets of this one."""
        await self._pass_on()
        self._show()

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

    def _announce(
        self,
        common: str,
        user_id: str,
        state: str,
        rooms: list[str],
        status: dict[str, Any] | None = None,
    ) -> None:
        people = self._unsaid.setdefault(common, {})
        news: dict[str, Any] = {"user_id": user_id, "state": state, "rooms": rooms}
        if status is None:
            status = people.get(user_id, {}).get("status")
        if status is not None:
            news["status"] = status
        people[user_id] = news

    async def _pass_on(self) -> None:
        unsaid, self._unsaid = self._unsaid, {}
        for common, people in unsaid.items():
            news = list(people.values())
            for start in range(0, len(news), MOST_PER_MESSAGE):
                some = news[start : start + MOST_PER_MESSAGE]
                message = {"type": "live.presence", "topic": common, "people": some}
                if not await self._hub.subscriptions.send(common, message):
                    # Without Redis at least the people of this process see each other.
                    self.take(message)

    def _show(self) -> None:
        """Write what changed to each socket that may see it: one batch each."""
        news, self._unshown = self._unshown, []
        batches: dict[Socket, dict[str, bytes]] = {}
        room = self._hub.limits.presence_shown
        # The last word on a person counts; of two news, that which carries a status adds to it.
        latest: dict[Key, tuple[str, frozenset[str], dict[str, Any] | None]] = {}
        for key, state, rooms, status in news:
            kept = latest.get(key)
            latest[key] = (state, rooms, status or (kept[2] if kept is not None else None))
        for key, (state, rooms, status) in latest.items():
            frame = _frame(key[1], state, status)
            audience = self._audience(key, rooms, with_rooms=room > 0)
            for socket in audience:
                batches.setdefault(socket, {})[key[1]] = frame
            room -= len(audience)
        for socket, user_ids in self._newly_watching.items():
            batch = batches.setdefault(socket, {})
            for user_id in user_ids:
                if user_id not in batch and (state := self._state_for(socket, user_id)):
                    batch[user_id] = _frame(user_id, state, None)
        self._newly_watching = {}
        for socket, frames in batches.items():
            _write(socket, list(frames.values()))

    def _audience(self, key: Key, rooms: frozenset[str], *, with_rooms: bool) -> dict[Socket, None]:
        """Who is to hear of a person: whoever has them in view and may know of them.

        Under a flood those who do not say whom they have in view hear nothing of it.
        """
        tenant, user_id = key
        audience: dict[Socket, None] = {
            socket: None
            for socket in self._watchers.get(key, ())
            if not socket.person.is_guest or _shares(socket, rooms)
        }
        if with_rooms:
            for room in rooms:
                channel = self._hub.channel_of(Topic.of(tenant, CONVERSATION, room).name)
                if channel is None or len(channel.sockets) > self._hub.limits.presence_room:
                    continue
                for socket in channel.sockets:
                    if socket not in self._views:
                        audience[socket] = None
        return {one: None for one in audience if one.person.user_id != user_id}

    def _state_for(self, socket: Socket, user_id: str) -> str | None:
        """What a socket may know of a person that it has just brought into view."""
        sighting = self._board.sighting_of((socket.person.tenant, user_id))
        if sighting is None:
            return OFFLINE
        if socket.person.is_guest and not _shares(socket, sighting.rooms):
            return None
        return sighting.state

    def _unwatch(self, key: Key, socket: Socket) -> None:
        watchers = self._watchers.get(key)
        if watchers is not None:
            watchers.pop(socket, None)
            if not watchers:
                del self._watchers[key]


def _frame(user_id: str, state: str, status: dict[str, Any] | None) -> bytes:
    frame: dict[str, Any] = {"type": "presence", "user_id": user_id, "state": state}
    if status is not None:
        frame["status"] = status
    return orjson.dumps(frame)


def _write(socket: Socket, frames: list[bytes]) -> None:
    for start in range(0, len(frames), MOST_PER_FRAME):
        some = frames[start : start + MOST_PER_FRAME]
        text = some[0] if len(some) == 1 else b"[" + b",".join(some) + b"]"
        socket.write(OWN, text.decode(), is_fleeting=True)


def _shares(socket: Socket, rooms: Iterable[str]) -> bool:
    tenant = socket.person.tenant
    return any(Topic.of(tenant, CONVERSATION, room).name in socket.topics for room in rooms)


def _common(socket: Socket) -> str | None:
    """The tenant's topic, on which presence travels."""
    return next((name for name in socket.topics if Topic.parse(name).kind == TENANT), None)


def _rooms(socket: Socket) -> list[str]:
    topics = (Topic.parse(name) for name in socket.topics)
    return [topic.stream_id for topic in topics if topic.kind == CONVERSATION]
