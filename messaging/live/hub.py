"""The hub of one gateway process: one subscription per topic, the same bytes to every local socket.

Order. The journal numbers the events of a stream without gaps. Per topic the hub remembers the last
number it delivered: the next one is delivered, an older one dropped, a later one held for a moment
(two processes publish in any order) and then filled from the journal. Nobody waits for a socket.

Loss. Redis keeps nothing for those who are away. After each new subscription, each reconnection and
each heartbeat the hub compares its numbers with the journal's heads and fills what is missing.

The journal and the channel layer are handed in: no Django here.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from messaging.live.buffer import OWN
from messaging.live.frames import CONVERSATION, TENANT, USER, Frame, Topic
from messaging.live.presence import PresenceBoard, Sighting
from messaging.live.protocol import CloseCode
from messaging.live.socket import Person, Socket, drain_frame

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 50
"""How often a topic tries to catch up before what was announced is given up."""


class Journal(Protocol):
    """What the hub asks of the journal."""

    async def heads(self, tenant: str, stream_ids: Sequence[str]) -> dict[str, int]:
        """The last number of each stream, in one query."""
        ...

    async def frames_after(self, tenant: str, stream_id: str, seq: int, limit: int) -> list[bytes]:
        """The frames that follow `seq`, oldest first, rendered as their rows are now."""
        ...

    async def members(self, tenant: str, conversation_id: str) -> set[str]:
        """Who belongs to a conversation now."""
        ...

    async def ready_tenants(self, tenants: Sequence[str]) -> set[str]:
        """Those of these tenants that are not suspended or being deleted."""
        ...


class Layer(Protocol):
    """The part of a channel layer that the hub uses."""

    async def new_channel(self) -> str: ...
    async def receive(self, channel: str) -> dict[str, Any]: ...
    async def send(self, channel: str, message: dict[str, Any]) -> None: ...
    async def group_add(self, group: str, channel: str) -> None: ...
    async def group_discard(self, group: str, channel: str) -> None: ...
    async def group_send(self, group: str, message: dict[str, Any]) -> None: ...
    async def flush(self) -> None: ...


@dataclass(frozen=True, slots=True)
class HubLimits:
    """How long the hub waits and how much it keeps."""

    hold_s: float = 0.1
    most_held: int = 1000
    most_behind: int = 500
    retry_s: float = 1.0
    pulse_s: float = 2.0
    linger_s: float = 30.0
    heartbeat_s: float = 25.0
    sockets_per_user: int = 100
    sockets_per_tenant: int = 10_000
    #: Presence is told in rooms of at most so many local sockets, for so many rooms of a person.
    presence_room: int = 200
    presence_rooms: int = 100
    absence_s: float = 5.0
    #: Full jitter over this span when everybody has to come back at once.
    drain_span_ms: int = 5000


@dataclass(frozen=True, slots=True)
class Absence:
    """A person whose last socket here closed a moment ago."""

    common: str
    rooms: list[str]
    since: float


class Hold:
    """Marks a socket that gets nothing of a topic until its own filling is done."""

    __slots__ = ()


class Channel:
    """One topic in this process: who listens, and how far it has come."""

    __slots__ = (
        "empty_since",
        "held",
        "is_archived",
        "is_repair_wanted",
        "joining",
        "last_seq",
        "moved_at",
        "repair",
        "sockets",
        "topic",
    )

    def __init__(self, topic: Topic, now: float) -> None:
        self.topic = topic
        self.last_seq: int | None = None
        self.sockets: dict[Socket, None] = {}
        #: Sockets that have everything up to a number the topic has not reached yet, or are filled.
        self.joining: dict[Socket, int | Hold] = {}
        self.held: dict[int, Frame] = {}
        self.repair: asyncio.Task[None] | None = None
        self.is_repair_wanted = False
        self.moved_at = 0
        self.empty_since: float | None = now
        self.is_archived = False

    def listeners(self) -> list[Socket]:
        return [*self.sockets, *self.joining]


class Hub:
    """Distributes frames to the sockets of this process."""

    def __init__(
        self,
        layer: Layer,
        journal: Journal,
        *,
        limits: HubLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or HubLimits()
        self._layer = layer
        self._journal = journal
        self._clock = clock
        self._channel_name = ""
        self._channels: dict[str, Channel] = {}
        self._people: dict[tuple[str, str], dict[Socket, None]] = defaultdict(dict)
        self._per_tenant: dict[str, int] = defaultdict(int)
        self._sockets: dict[Socket, None] = {}
        #: Who was taken out of which topic at which number; an admission read before that is void.
        self._removals: dict[tuple[str, str], tuple[int, float]] = {}
        self._to_subscribe: dict[str, None] = {}
        self._to_renew: dict[str, None] = {}
        self._to_check: dict[str, None] = {}
        self._work = asyncio.Event()
        self._marks: dict[int, asyncio.Event] = {}
        self._mark = 0
        self._beat = 1
        self._tasks: list[asyncio.Task[Any]] = []
        self._background: set[asyncio.Task[Any]] = set()
        self._absences: dict[tuple[str, str], Absence] = {}
        self._board = PresenceBoard(fresh_s=4 * self.limits.heartbeat_s)
        self._is_settling = False
        self.is_connected = False
        self.is_draining = False
        self.delivered = 0

    # Life

    def start(self) -> None:
        """Begin to read and to subscribe; returns at once, Redis may still be down."""
        self._tasks = [
            asyncio.create_task(self._read(), name="hub-read"),
            asyncio.create_task(self._keep_subscribed(), name="hub-subscribe"),
            asyncio.create_task(self._tick(), name="hub-tick"),
            asyncio.create_task(self._mind_absence(), name="hub-absence"),
        ]

    async def close(self) -> None:
        """Stop, and leave Redis."""
        for task in [*self._tasks, *self._background]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background, return_exceptions=True)
        with suppress(Exception):
            await self._layer.flush()

    def drain(self) -> None:
        """Tell everybody to come back elsewhere, each after a delay of their own, and close."""
        self.is_draining = True
        for socket in list(self._sockets):
            retry_after_ms = random.randint(0, self.limits.drain_span_ms)  # noqa: S311
            socket.close(CloseCode.RESTART, last=drain_frame(retry_after_ms))

    def reconnected(self) -> None:
        """A connection to Redis was made: what was published before it is lost to us."""
        self._to_check.update(dict.fromkeys(self._channels))
        self._work.set()

    # Sockets come and go

    def has_room_for(self, person: Person) -> bool:
        """Say whether this person and their tenant may open one more socket here."""
        of_person = self._people.get((person.tenant, person.user_id), ())
        return (
            len(of_person) < self.limits.sockets_per_user
            and self._per_tenant[person.tenant] < self.limits.sockets_per_tenant
        )

    def join(
        self, socket: Socket, heads: dict[str, int], archived: Iterable[str] = ()
    ) -> dict[str, int]:
        """Seat a socket in topics whose heads were read together with the right to see them.

        Returns the heads to tell in `hello`: everything after them will be written to the socket.
        A topic whose membership ended between that reading and now is left out.
        """
        self._add(socket)
        told = {}
        for name, head in heads.items():
            if self._was_removed(name, socket.person.user_id, head):
                continue
            channel = self._channel(name)
            if channel.last_seq is None:
                self._open(channel, head)
            told[name] = max(head, channel.last_seq or 0)
            self._seat(channel, socket, told[name])
        for name in archived:
            if name in told:
                self._channels[name].is_archived = True
        return told

    def leave(self, socket: Socket) -> None:
        """Forget a socket; its topics stay subscribed for a while, people tend to come back."""
        if self._sockets.pop(socket, False) is False:
            return
        self._per_tenant[socket.person.tenant] -= 1
        if not self._per_tenant[socket.person.tenant]:
            del self._per_tenant[socket.person.tenant]
        key = (socket.person.tenant, socket.person.user_id)
        self._people[key].pop(socket, None)
        if not self._people[key]:
            del self._people[key]
            if self._board.state_of(*key) != "offline" and not self.is_draining:
                self._miss(key, socket)
        for name in list(socket.topics):
            self._unseat(name, socket)

    def _miss(self, key: tuple[str, str], socket: Socket) -> None:
        common = _common(socket)
        if common is not None:
            self._absences[key] = Absence(common, _rooms(socket), self._clock())

    def may_post(self, socket: Socket, conversation_id: str) -> bool:
        """Say from memory whether the person may write in a conversation."""
        if not socket.person.can_write:
            return False
        name = Topic.of(socket.person.tenant, CONVERSATION, conversation_id).name
        channel = self._channels.get(name)
        return channel is not None and name in socket.topics and not channel.is_archived

    def moved_heads(self, socket: Socket) -> tuple[dict[str, int], int | None]:
        """The heads that moved since the socket's last ping: of conversations, and its own."""
        heads: dict[str, int] = {}
        own = None
        for name in socket.topics:
            channel = self._channels[name]
            if channel.last_seq is None or channel.moved_at <= socket.pinged_at:
                continue
            if channel.topic.kind == CONVERSATION:
                heads[channel.topic.stream_id] = channel.last_seq
            elif channel.topic.kind == USER:
                own = channel.last_seq
        socket.pinged_at = self._beat
        self._beat += 1
        return heads, own

    @property
    def is_behind_with_redis(self) -> bool:
        """True while a subscription is not proven yet, or Redis does not answer."""
        waiting = self._to_subscribe or self._to_check or self._work.is_set()
        return bool(waiting) or self._is_settling or not self.is_connected

    def numbers(self) -> dict[str, int]:
        """What `/metrics` shows of this process."""
        return {
            "sockets": len(self._sockets),
            "topics": len(self._channels),
            "delivered": self.delivered,
            "waiting_frames": sum(socket.waiting_frames for socket in self._sockets),
            "is_connected": int(self.is_connected),
        }

    # Resume

    async def resume(self, socket: Socket, after: dict[str, int]) -> None:
        """Write what followed `after`, topic by topic, in order and without a gap.

        Unknown topics and those too far behind get `resync`: both mean "load it again".
        """
        for name, seq in after.items():
            channel = self._channels.get(name)
            if channel is None or name not in socket.topics or channel.last_seq is None:
                self._resync(socket, Topic.parse(name))
            elif seq != channel.last_seq:
                await self._fill_socket(channel, socket, seq)

    async def _fill_socket(self, channel: Channel, socket: Socket, seq: int) -> None:
        hold = Hold()
        self._hold_back(channel, socket, hold)
        try:
            reached = await self._write_after(channel, socket, seq)
        except Exception:
            logger.warning("the journal could not be read for a resume", exc_info=True)
            reached = None
        if channel.joining.get(socket) is not hold:
            return  # Evicted or gone meanwhile.
        if reached is None:
            self._resync(socket, channel.topic)
            reached = channel.last_seq or 0
        self._seat(channel, socket, reached)

    async def _write_after(self, channel: Channel, socket: Socket, seq: int) -> int | None:
        """Write the journal from `seq` on; returns how far it got, None for too far behind."""
        topic, most = channel.topic, self.limits.most_behind
        if (channel.last_seq or 0) - seq > most:
            return None
        written = 0
        while True:
            raw = await self._journal.frames_after(topic.tenant, topic.stream_id, seq, most)
            written += len(raw)
            if written > most:
                return None
            if not raw and seq > (channel.last_seq or 0) and not await self._exists(topic, seq):
                return None  # The client is ahead of the journal: not from here.
            for text, last in _batches(raw):
                if _is_gone(socket, topic):
                    return None
                await socket.push(text)
                seq = last
            if seq >= (channel.last_seq or 0):
                return seq

    async def _exists(self, topic: Topic, seq: int) -> bool:
        heads = await self._journal.heads(topic.tenant, [topic.stream_id])
        return heads.get(topic.stream_id, 0) >= seq

    # What people do beside the journal

    async def typing(self, socket: Socket, conversation_id: str) -> None:
        """Tell the others in a conversation that somebody types; lost when Redis is away."""
        topic = Topic.of(socket.person.tenant, CONVERSATION, conversation_id)
        frame = {
            "type": "typing",
            "conversation_id": conversation_id,
            "user_id": socket.person.user_id,
        }
        await self._send_out(
            topic.name, {"type": "live.frame", "topic": topic.name, "frame": orjson.dumps(frame)}
        )

    async def presence(self, socket: Socket, state: str) -> None:
        """Say where a person is, to those who share a conversation with them."""
        common = _common(socket)
        if common is not None:
            rooms = _rooms(socket)[: self.limits.presence_rooms]
            await self._announce(common, socket.person.user_id, state, rooms)

    async def _announce(self, common: str, user_id: str, state: str, rooms: list[str]) -> None:
        message = {
            "type": "live.presence",
            "topic": common,
            "user_id": user_id,
            "state": state,
            "rooms": rooms,
        }
        if not await self._send_out(common, message):
            # Without Redis at least the people of this process see each other.
            self._take_presence(Topic.parse(common).tenant, message)

    def tell_presence(self, socket: Socket) -> None:
        """Tell a newcomer who is there."""
        me = socket.person
        for user_id, state in self._board.seen_from(me.tenant, _rooms(socket)):
            if user_id != me.user_id:
                frame = {"type": "presence", "user_id": user_id, "state": state}
                socket.tell(frame, is_fleeting=True)

    def _take_presence(self, tenant: str, message: dict[str, Any]) -> None:
        user_id, state, rooms = message["user_id"], message["state"], message["rooms"]
        if state == "offline" and (tenant, user_id) in self._people:
            return  # Gone elsewhere, still here.
        sighting = Sighting(state, frozenset(rooms), self._clock())
        if self._board.note(tenant, user_id, sighting):
            self._show_presence(tenant, user_id, state, rooms)

    def _show_presence(self, tenant: str, user_id: str, state: str, rooms: Iterable[str]) -> None:
        """Write a change to each socket that shares a room, once; very large rooms are left out."""
        audience: dict[Socket, None] = {}
        for room in rooms:
            channel = self._channels.get(Topic.of(tenant, CONVERSATION, room).name)
            if channel is not None and len(channel.sockets) <= self.limits.presence_room:
                audience.update(channel.sockets)
        text = orjson.dumps({"type": "presence", "user_id": user_id, "state": state}).decode()
        for socket in audience:
            if socket.person.user_id != user_id:
                socket.write(OWN, text, is_fleeting=True)

    async def _send_out(self, group: str, message: dict[str, Any]) -> bool:
        try:
            async with asyncio.timeout(self.limits.retry_s):
                await self._layer.group_send(group, message)
        except Exception:
            logger.debug("a passing frame was lost", exc_info=True)
            return False
        return True

    # Frames arrive

    def take(self, message: dict[str, Any]) -> None:
        """Take one message of the layer; never raises, never waits."""
        if message.get("type") == "live.mark":
            mark = self._marks.get(message["mark"])
            if mark is not None:
                mark.set()
            return
        if message.get("type") == "live.presence":
            self._take_presence(Topic.parse(message["topic"]).tenant, message)
            return
        channel = self._channels.get(message.get("topic", ""))
        if channel is None:
            return
        if message["frame"] is None:
            self._repair(channel, after_s=0.0)
            return
        frame = Frame.parse(message["frame"])
        if frame.seq:
            self._arrive(channel, frame)
        else:
            self._pass_on(channel, frame)

    def _arrive(self, channel: Channel, frame: Frame) -> None:
        if channel.last_seq is None or frame.seq > channel.last_seq + 1:
            self._hold(channel, frame)
            return
        if frame.seq <= channel.last_seq:
            return
        self._deliver(channel, frame)
        self._release(channel)

    def _hold(self, channel: Channel, frame: Frame) -> None:
        if len(channel.held) < self.limits.most_held:
            channel.held[frame.seq] = frame
        else:
            channel.is_repair_wanted = True
        self._repair(channel, after_s=self.limits.hold_s)

    def _release(self, channel: Channel) -> None:
        """Deliver what was held and is next now."""
        while channel.held:
            frame = channel.held.pop((channel.last_seq or 0) + 1, None)
            if frame is None:
                return
            self._deliver(channel, frame)

    def _deliver(self, channel: Channel, frame: Frame) -> None:
        """Write the next frame of a topic to everybody who may see it."""
        channel.last_seq = frame.seq
        channel.moved_at = self._beat
        effect = _EFFECTS.get((channel.topic.kind, frame.event))
        if effect is not None:
            effect(self, channel, frame)
        lane, text = channel.topic.lane, frame.text
        for socket in tuple(channel.sockets):
            socket.write(lane, text)
        self.delivered += len(channel.sockets)
        if channel.joining:
            self._seat_arrived(channel)

    def _pass_on(self, channel: Channel, frame: Frame) -> None:
        """Typing and presence: to the others, now or never."""
        author = frame.body.get("user_id")
        for socket in tuple(channel.sockets):
            if socket.person.user_id != author:
                socket.write(channel.topic.lane, frame.text, is_fleeting=True)

    # Seats

    def _add(self, socket: Socket) -> None:
        person = socket.person
        self._sockets[socket] = None
        self._people[person.tenant, person.user_id][socket] = None
        self._per_tenant[person.tenant] += 1
        socket.pinged_at = self._beat
        self._beat += 1

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel(Topic.parse(name), self._clock())
            self._to_subscribe[name] = None
            self._work.set()
        return channel

    def _open(self, channel: Channel, head: int) -> None:
        """Begin to count at `head`; what was held since the subscription follows it."""
        channel.last_seq = head
        channel.held = {seq: frame for seq, frame in channel.held.items() if seq > head}
        self._release(channel)

    def _seat(self, channel: Channel, socket: Socket, reached: int) -> None:
        """Put a socket that has everything up to `reached` where it belongs."""
        channel.empty_since = None
        socket.topics.add(channel.topic.name)
        channel.joining.pop(socket, None)
        if reached <= (channel.last_seq or 0):
            channel.sockets[socket] = None
        else:
            channel.sockets.pop(socket, None)
            channel.joining[socket] = reached

    def _seat_arrived(self, channel: Channel) -> None:
        for socket, reached in list(channel.joining.items()):
            if not isinstance(reached, Hold) and reached <= (channel.last_seq or 0):
                self._seat(channel, socket, reached)

    def _hold_back(self, channel: Channel, socket: Socket, hold: Hold) -> None:
        channel.empty_since = None
        channel.sockets.pop(socket, None)
        channel.joining[socket] = hold
        socket.topics.add(channel.topic.name)

    def _unseat(self, name: str, socket: Socket) -> None:
        socket.topics.discard(name)
        channel = self._channels.get(name)
        if channel is None:
            return
        channel.sockets.pop(socket, None)
        channel.joining.pop(socket, None)
        if not channel.sockets and not channel.joining:
            channel.empty_since = self._clock()

    def _evict(self, name: str, tenant: str, user_id: str, seq: int) -> None:
        """Take a person out of a topic at once, with what still waits to be written to them."""
        self._removals[name, user_id] = (seq, self._clock())
        for socket in self._people.get((tenant, user_id), ()):
            self._unseat(name, socket)
            socket.forget(Topic.parse(name).lane)

    def _was_removed(self, name: str, user_id: str, head: int) -> bool:
        removed = self._removals.get((name, user_id))
        return removed is not None and removed[0] > head

    def _resync(self, socket: Socket, topic: Topic) -> None:
        conversation_id = topic.stream_id if topic.kind == CONVERSATION else None
        socket.tell({"type": "resync", "conversation_id": conversation_id})

    # What events do to seats

    def _on_member_removed(self, channel: Channel, frame: Frame) -> None:
        topic, user_id = channel.topic, frame.data.get("user_id")
        if user_id:
            self._evict(topic.name, topic.tenant, user_id, frame.seq)

    def _on_member_added(self, channel: Channel, frame: Frame) -> None:
        user_id = frame.data.get("user_id")
        if user_id:
            self._removals.pop((channel.topic.name, user_id), None)

    def _on_own_membership_added(self, channel: Channel, frame: Frame) -> None:
        conversation_id = frame.data.get("conversation_id")
        if not conversation_id:
            return
        topic = Topic.of(channel.topic.tenant, CONVERSATION, conversation_id)
        added, hold = self._channel(topic.name), Hold()
        newcomers = [
            socket
            for socket in self._people.get((topic.tenant, channel.topic.stream_id), ())
            if topic.name not in socket.topics
        ]
        for socket in newcomers:
            self._hold_back(added, socket, hold)
        if newcomers:
            self._spawn(self._welcome(added, newcomers, hold))

    async def _welcome(self, channel: Channel, newcomers: list[Socket], hold: Hold) -> None:
        """Start a new member at the head, and tell it, so that the client sees what it lacks."""
        topic = channel.topic
        head = await self._head_of(topic)
        if channel.last_seq is None:
            self._open(channel, head)
        reached = max(head, channel.last_seq or 0)
        for socket in newcomers:
            if channel.joining.get(socket) is hold:
                self._seat(channel, socket, reached)
                socket.tell({"type": "ping", "heads": {topic.stream_id: reached}, "user_seq": None})

    def _on_own_membership_removed(self, channel: Channel, frame: Frame) -> None:
        conversation_id = frame.data.get("conversation_id")
        if not conversation_id:
            return
        topic = Topic.of(channel.topic.tenant, CONVERSATION, conversation_id)
        for socket in self._people.get((topic.tenant, channel.topic.stream_id), ()):
            self._unseat(topic.name, socket)
            socket.forget(topic.lane)

    def _on_session_revoked(self, channel: Channel, frame: Frame) -> None:
        data = frame.data
        revoked = data.get("credential")
        for socket in list(self._people.get((channel.topic.tenant, channel.topic.stream_id), ())):
            if revoked is None or socket.person.credential == str(revoked):
                self._shut_out(socket, CloseCode.REVOKED)

    def _on_user_deactivated(self, channel: Channel, frame: Frame) -> None:
        for socket in list(self._people.get((channel.topic.tenant, channel.topic.stream_id), ())):
            self._shut_out(socket, CloseCode.REVOKED)

    def _on_archived(self, channel: Channel, frame: Frame) -> None:
        channel.is_archived = True

    def _on_restored(self, channel: Channel, frame: Frame) -> None:
        channel.is_archived = False

    def _shut_out(self, socket: Socket, code: CloseCode) -> None:
        self.leave(socket)
        socket.close(code)

    # Repair

    def _repair(self, channel: Channel, *, after_s: float) -> None:
        """See to it that a topic catches up with the journal; one task per topic at most."""
        if channel.repair is not None:
            channel.is_repair_wanted = channel.is_repair_wanted or after_s == 0.0
            return
        channel.repair = self._spawn(self._catch_up(channel, after_s))

    async def _catch_up(self, channel: Channel, after_s: float) -> None:
        try:
            if after_s:
                await asyncio.sleep(after_s)
                if not channel.held:
                    return  # The missing one came after all.
            for _ in range(_MOST_ROUNDS):
                channel.is_repair_wanted = False
                await self._fill(channel)
                if not channel.held and not channel.is_repair_wanted:
                    return
                if channel.held:
                    await asyncio.sleep(self.limits.hold_s)
            # The journal does not have what was announced: a database put back to an earlier day.
            logger.error("frames of %s are ahead of the journal", channel.topic.name)
            channel.held.clear()
        finally:
            channel.repair = None

    async def _fill(self, channel: Channel) -> None:
        """Deliver from the journal all that follows the last number."""
        if not channel.listeners():
            channel.held.clear()
            channel.last_seq = None
            return
        if channel.last_seq is None:
            head = await self._head_of(channel.topic)
            if channel.last_seq is None:
                self._open(channel, head)
            return
        topic, page, filled = channel.topic, self.limits.most_behind, 0
        while channel.last_seq is not None:
            seq = channel.last_seq
            raw = await self._patiently(
                lambda seq=seq: self._journal.frames_after(topic.tenant, topic.stream_id, seq, page)
            )
            filled += len(raw)
            if filled > page:
                await self._jump(channel)
                return
            for item in raw:
                self._arrive_filled(channel, Frame.parse(item))
            if len(raw) < page:
                return

    def _arrive_filled(self, channel: Channel, frame: Frame) -> None:
        channel.held.pop(frame.seq, None)
        if frame.seq == (channel.last_seq or 0) + 1:
            self._deliver(channel, frame)
            self._release(channel)

    async def _jump(self, channel: Channel) -> None:
        """Too far behind to fill: go to the head and let everybody load the conversation again."""
        topic = channel.topic
        head = await self._head_of(topic)
        channel.moved_at = self._beat
        await self._recheck_rights(channel)
        for socket in list(channel.sockets):
            self._resync(socket, topic)
        self._open(channel, max(head, channel.last_seq or 0))
        self._seat_arrived(channel)

    async def _recheck_rights(self, channel: Channel) -> None:
        """Removals and revocations may be among the events that are skipped: ask again."""
        topic = channel.topic
        if topic.kind == TENANT:
            return
        if topic.kind == USER:
            # A person's sockets come back with fresh rights at once.
            for socket in channel.listeners():
                self._shut_out(socket, CloseCode.RESTART)
            return
        members = await self._patiently(
            lambda: self._journal.members(topic.tenant, topic.stream_id)
        )
        for socket in channel.listeners():
            if socket.person.user_id not in members:
                self._unseat(topic.name, socket)
                socket.forget(topic.lane)

    async def _head_of(self, topic: Topic) -> int:
        heads = await self._patiently(lambda: self._journal.heads(topic.tenant, [topic.stream_id]))
        return heads.get(topic.stream_id, 0)

    async def _patiently[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the journal until it answers: a database that restarts must not leave a hole."""
        while True:
            try:
                return await ask()
            except Exception as error:
                logger.warning("the journal could not be read, trying again: %s", error)
                await asyncio.sleep(self.limits.retry_s)

    async def check(self, names: Iterable[str], *, is_round: bool = False) -> None:
        """Compare topics with the journal's heads, one query per tenant, and fill what lacks.

        A topic found behind in the regular round gets nothing from Redis any more, or had bad luck
        with the moment: its subscription is renewed, which costs little either way.
        """
        by_tenant: dict[str, list[Channel]] = defaultdict(list)
        for name in names:
            channel = self._channels.get(name)
            if channel is not None and channel.last_seq is not None and channel.listeners():
                by_tenant[channel.topic.tenant].append(channel)
        for tenant, channels in by_tenant.items():
            numbers = {channel.topic.stream_id: channel.last_seq or 0 for channel in channels}
            try:
                heads = await self._journal.heads(tenant, list(numbers))
            except Exception as error:
                logger.warning("the journal's heads could not be read: %s", error)
                self._to_check.update(dict.fromkeys(channel.topic.name for channel in channels))
                continue
            for channel in channels:
                head = heads.get(channel.topic.stream_id, 0)
                if head < numbers[channel.topic.stream_id]:
                    self._fall_back(channel, head)
                elif head > (channel.last_seq or 0):
                    self._fall_behind(channel, is_round)

    def _fall_behind(self, channel: Channel, is_round: bool) -> None:
        if is_round:
            self._to_renew[channel.topic.name] = None
            self._work.set()
        self._repair(channel, after_s=0.0)

    def _fall_back(self, channel: Channel, head: int) -> None:
        """The journal is behind what was delivered: a database put back to an earlier moment."""
        logger.error("the journal of %s went back to %d", channel.topic.name, head)
        channel.held.clear()
        channel.last_seq, channel.moved_at = head, self._beat
        for socket in channel.listeners():
            self._resync(socket, channel.topic)
            if not isinstance(channel.joining.get(socket), Hold):
                self._seat(channel, socket, head)

    # Loops

    async def _read(self) -> None:
        """Move what the layer receives on at once: its own queue has no bound."""
        while True:
            try:
                if not self._channel_name:
                    self._channel_name = await self._layer.new_channel()
                    self._work.set()
                await self._read_channel()
            except Exception as error:
                logger.warning("Redis cannot be read, trying again: %s", error)
                await asyncio.sleep(self.limits.retry_s)

    async def _read_channel(self) -> None:
        taken = 0
        while True:
            message = await self._layer.receive(self._channel_name)
            try:
                self.take(message)
            except Exception:
                logger.exception("a frame could not be delivered")
            taken += 1
            if taken % 64 == 0:
                # With messages waiting, receive() never yields: sockets must be heard as well.
                await asyncio.sleep(0)

    async def _keep_subscribed(self) -> None:
        """Make the subscriptions real, prove that they are, and compare with the journal."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.limits.pulse_s):
                    await self._work.wait()
            self._work.clear()
            if not self._channel_name:
                continue
            self._is_settling = True
            try:
                await self._settle()
            except Exception as error:
                if self.is_connected:
                    logger.warning("Redis does not answer, frames come from the journal: %s", error)
                self.is_connected = False
                # Live all the same, a little later: ask the journal until Redis is back.
                await self.check(list(self._channels))
                self._to_check.update(dict.fromkeys(self._channels))
                await asyncio.sleep(self.limits.retry_s)
                self._work.set()
            finally:
                self._is_settling = False

    async def _settle(self) -> None:
        for name in list(self._to_renew):
            self._to_renew.pop(name)
            await self._layer.group_discard(name, self._channel_name)
            self._to_subscribe[name] = None
        for name in list(self._to_subscribe):
            await self._layer.group_add(name, self._channel_name)
            self._to_subscribe.pop(name, None)
            self._to_check[name] = None
        await self._prove()
        self.is_connected = True
        due, self._to_check = self._to_check, {}
        await self.check(due)

    async def _prove(self) -> None:
        """Send ourselves a mark: once it comes back, all earlier subscriptions are in force."""
        self._mark += 1
        number = self._mark
        arrived = self._marks[number] = asyncio.Event()
        try:
            async with asyncio.timeout(self.limits.retry_s):
                while not arrived.is_set():
                    await self._layer.send(
                        self._channel_name, {"type": "live.mark", "mark": number}
                    )
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self.limits.retry_s / 5):
                            await arrived.wait()
        finally:
            del self._marks[number]

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.limits.heartbeat_s)
            now = self._clock()
            self._removals = {
                key: (seq, at) for key, (seq, at) in self._removals.items() if now - at < 300
            }
            try:
                await self.check(list(self._channels), is_round=True)
                await self._let_go(now)
            except Exception:
                logger.warning("the hub's round failed", exc_info=True)

    async def _mind_absence(self) -> None:
        """See who is gone: people who did not come back, and tenants that were suspended."""
        repeated_at = self._clock()
        while True:
            await asyncio.sleep(self.limits.absence_s)
            now = self._clock()
            try:
                await self._say_who_left(now)
                await self._shut_tenants()
                if now - repeated_at >= 2 * self.limits.heartbeat_s:
                    repeated_at = now
                    await self._repeat_presence()
            except Exception as error:
                logger.warning("who is gone could not be seen to: %s", error)

    async def _say_who_left(self, now: float) -> None:
        for key, absence in list(self._absences.items()):
            if now - absence.since < self.limits.absence_s and key not in self._people:
                continue
            del self._absences[key]
            if key not in self._people:
                await self._announce(absence.common, key[1], "offline", absence.rooms)
        for tenant, user_id, sighting in self._board.fade(now):
            self._show_presence(tenant, user_id, "offline", sighting.rooms)

    async def _shut_tenants(self) -> None:
        """Close the sockets of tenants that no longer answer at their address."""
        here = list(self._per_tenant)
        if not here:
            return
        ready = await self._journal.ready_tenants(here)
        for socket in list(self._sockets):
            if socket.person.tenant in here and socket.person.tenant not in ready:
                self._shut_out(socket, CloseCode.REVOKED)

    async def _repeat_presence(self) -> None:
        for (tenant, user_id), sockets in list(self._people.items()):
            state = self._board.state_of(tenant, user_id)
            socket = next(iter(sockets), None)
            if state != "offline" and socket is not None:
                await self.presence(socket, state)

    async def _let_go(self, now: float) -> None:
        """Unsubscribe from topics that nobody has listened to for a while."""
        for name, channel in list(self._channels.items()):
            if channel.empty_since is None or now - channel.empty_since < self.limits.linger_s:
                continue
            if channel.repair is not None:
                continue
            del self._channels[name]
            self._to_subscribe.pop(name, None)
            await self._layer.group_discard(name, self._channel_name)
            if name in self._channels:  # Somebody came while we were leaving.
                self._to_subscribe[name] = None
                self._work.set()

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


_EFFECTS: dict[tuple[str, str], Callable[[Hub, Channel, Frame], None]] = {
    (CONVERSATION, "chancery.membership.removed.v1"): Hub._on_member_removed,
    (CONVERSATION, "chancery.membership.added.v1"): Hub._on_member_added,
    (CONVERSATION, "chancery.conversation.archived.v1"): Hub._on_archived,
    (CONVERSATION, "chancery.conversation.restored.v1"): Hub._on_restored,
    (USER, "chancery.membership.added.v1"): Hub._on_own_membership_added,
    (USER, "chancery.membership.removed.v1"): Hub._on_own_membership_removed,
    (USER, "chancery.session.revoked.v1"): Hub._on_session_revoked,
    (USER, "chancery.user.deactivated.v1"): Hub._on_user_deactivated,
}


def _is_gone(socket: Socket, topic: Topic) -> bool:
    """Say whether the socket lost its seat or its client while it was being filled."""
    return socket.is_closed or topic.name not in socket.topics


def _common(socket: Socket) -> str | None:
    """The tenant's topic, on which presence travels."""
    return next((name for name in socket.topics if Topic.parse(name).kind == TENANT), None)


def _rooms(socket: Socket) -> list[str]:
    topics = (Topic.parse(name) for name in socket.topics)
    return [topic.stream_id for topic in topics if topic.kind == CONVERSATION]


def _batches(raw: Sequence[bytes], most_bytes: int = 64 * 1024) -> Iterable[tuple[str, int]]:
    """Join frames to JSON arrays of bounded size; each with the number of its last frame."""
    batch: list[bytes] = []
    size = 0
    for item in raw:
        if batch and size + len(item) > most_bytes:
            yield _batch(batch)
            batch, size = [], 0
        batch.append(item)
        size += len(item)
    if batch:
        yield _batch(batch)


def _batch(frames: list[bytes]) -> tuple[str, int]:
    last = orjson.loads(frames[-1])["seq"]
    if len(frames) == 1:
        return frames[0].decode(), last
    return "[" + ",".join(frame.decode() for frame in frames) + "]", last
