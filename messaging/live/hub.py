"""The hub of one gateway process: one subscription per topic, the same bytes to every local socket.

Order. The journal numbers the events of a stream without gaps. Per topic the hub remembers the last
number it delivered: the next one is delivered, an older one dropped, a later one held for a moment
(two processes publish in any order) and then filled from the journal. Nobody waits for a socket.

Loss. Redis keeps nothing for those who are away. After each new subscription, each reconnection and
each heartbeat the hub compares its numbers with the journal's heads and fills what is missing.

The journal and the channel layer are handed in: no Django here. Redis' side is `subscriptions`, the
journal's `catch_up`, what events do to seats `effects`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

import orjson

from messaging.live.catch_up import CatchUp
from messaging.live.channel import Channel
from messaging.live.effects import EFFECTS
from messaging.live.frames import CONVERSATION, TENANT, USER, Frame, Topic
from messaging.live.ports import HubLimits, Journal, Layer
from messaging.live.presence import Key, Presence
from messaging.live.protocol import CloseCode
from messaging.live.receipts import EVERY_S, Receipts
from messaging.live.socket import Person, Socket, drain_frame
from messaging.live.subscriptions import Subscriptions
from messaging.live.wire import encoded

logger = logging.getLogger(__name__)

_REMOVALS_KEPT_S = 300.0
"""Longer than any handshake takes between reading rights and using them."""


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
        self.now = clock
        self.is_draining = False
        self.delivered = 0
        self.busy_until = float("-inf")
        self.journal = journal
        self._channels: dict[str, Channel] = {}
        self._sockets: dict[Socket, None] = {}
        self._people: dict[Key, dict[Socket, None]] = defaultdict(dict)
        #: Those of tokens that reach some channels alone: nobody is here by one of them.
        self._limited: dict[Key, dict[Socket, None]] = defaultdict(dict)
        self._per_tenant: dict[str, int] = defaultdict(int)
        #: Who was taken out of which topic at which number; rights read before that are void.
        self._removals: dict[tuple[str, str], tuple[int, float]] = {}
        self._beat = 1
        self._tasks: list[asyncio.Task[None]] = []
        self._background: set[asyncio.Task[None]] = set()
        self.catch_up = CatchUp(self, journal)
        self.presence = Presence(self)
        self.receipts = Receipts(self)
        self.subscriptions = Subscriptions(
            layer,
            self.limits,
            take=self.take,
            check=self.catch_up.check,
            topics=lambda: list(self._channels),
        )

    # Life

    def start(self) -> None:
        """Begin to read and to subscribe; returns at once, Redis may still be down."""
        self.subscriptions.start()
        self._tasks = [
            asyncio.create_task(self._go_round(), name="hub-round"),
            asyncio.create_task(self._mind_absence(), name="hub-absence"),
            asyncio.create_task(self._pass_on_notices(), name="hub-notices"),
        ]

    async def close(self) -> None:
        """Stop, and leave Redis."""
        tasks = [*self._tasks, *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.subscriptions.close()

    def drain(self) -> None:
        """Tell everybody to come back elsewhere, each after a delay of their own, and close."""
        self.is_draining = True
        for socket in list(self._sockets):
            retry_after_ms = random.randint(0, self.limits.drain_span_ms)  # noqa: S311
            socket.close(CloseCode.RESTART, last=drain_frame(retry_after_ms))

    def numbers(self) -> dict[str, int]:
        """What `/metrics` shows of this process."""
        return {
            "sockets": len(self._sockets),
            "topics": len(self._channels),
            "delivered": self.delivered,
            "waiting_frames": sum(socket.waiting_frames for socket in list(self._sockets)),
            "is_connected": int(self.subscriptions.is_connected),
        }

    def sockets_per_tenant(self) -> dict[str, int]:
        """How many sockets each tenant has in this process."""
        return dict(self._per_tenant)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside; it ends with the hub."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    # Sockets come and go

    def has_room_for(self, person: Person) -> bool:
        """Say whether this person and their tenant may open one more socket here."""
        return (
            len(self.sockets_of(person.tenant, person.user_id)) < self.limits.sockets_per_user
            and self._per_tenant.get(person.tenant, 0) < self.limits.sockets_per_tenant
        )

    async def prepare(self, names: Iterable[str]) -> None:
        """Subscribe to topics before somebody is seated in them; waits a moment, not for ever.

        With Redis away the seats are good all the same: frames then come from the journal.
        """
        is_new = False
        for name in names:
            is_new = self.channel(name).last_seq is None or is_new
        if is_new and not self.subscriptions.is_away:
            await self.subscriptions.in_force(self.limits.welcome_s)

    def reached(self, name: str) -> int:
        """How far a topic has come in this process; 0 where nobody listens to it."""
        channel = self._channels.get(name)
        return 0 if channel is None else channel.reached

    def join(
        self,
        socket: Socket,
        heads: dict[str, int],
        archived: Iterable[str] = (),
        begins: Mapping[str, int] | None = None,
    ) -> dict[str, int]:
        """Seat a socket in topics whose heads were read together with the right to see them.

        Returns the heads to tell in `hello`: everything after them will be written to the socket.
        A topic whose membership ended between that reading and now is left out.
        """
        self._add(socket)
        told, fresh = {}, []
        for name, head in heads.items():
            if self._was_removed(name, socket.person.user_id, head):
                continue
            channel = self.channel(name)
            if channel.last_seq is None:
                self.open(channel, head)
                fresh.append(name)
            told[name] = max(head, channel.reached)
            channel.seat(socket, told[name])
        for name in archived:
            if name in told:
                self._channels[name].is_archived = True
        for name, begins_at in (begins or {}).items():
            if name in told:
                self._channels[name].begins[socket.person.user_id] = begins_at
        if fresh:
            # What was published between that reading and the subscription came to nobody.
            self.subscriptions.compare(fresh)
        return told

    def leave(self, socket: Socket) -> None:
        """Forget a socket; its topics stay subscribed for a while, people tend to come back."""
        if self._sockets.pop(socket, False) is False:
            return
        self.presence.forget(socket)
        tenant, key = socket.person.tenant, (socket.person.tenant, socket.person.user_id)
        self._per_tenant[tenant] -= 1
        if not self._per_tenant[tenant]:
            del self._per_tenant[tenant]
        among = self._among(socket.person)
        among[key].pop(socket, None)
        if not among[key]:
            del among[key]
            if not self.is_draining:
                self.presence.miss(socket)
        for name in list(socket.topics):
            self._channels[name].unseat(socket, self.now())

    def shut_out(self, socket: Socket, code: CloseCode) -> None:
        """Close a socket that may see nothing from now on."""
        self.leave(socket)
        socket.close(code)

    async def judge_again(self, tenant: str) -> None:
        """Have every credential of a tenant looked at again: what was good may be no more.

        And once more those that came meanwhile, in when the old rules were remembered still.
        """
        seen = [socket for socket in self._sockets if socket.person.tenant == tenant]
        await self._judge(seen)
        await asyncio.sleep(self.limits.remembered_s)
        late = self._sockets.keys() - set(seen)
        await self._judge([socket for socket in late if socket.person.tenant == tenant])

    async def _judge(self, sockets: Iterable[Socket]) -> None:
        few = asyncio.Semaphore(self.limits.judged_at_once)

        async def judge(socket: Socket) -> None:
            async with few:
                if socket.judge is not None and not socket.is_closed:
                    await socket.judge()

        await asyncio.gather(*map(judge, sockets))

    def sockets_of(self, tenant: str, user_id: str) -> list[Socket]:
        """A person's sockets in this process; those of limited tokens come last."""
        key = (tenant, user_id)
        return [*self._people.get(key, ()), *self._limited.get(key, ())]

    def somebody_of_each(self) -> list[tuple[Key, Socket]]:
        """One socket of every person who is here."""
        return [(key, next(iter(sockets))) for key, sockets in self._people.items()]

    def is_here(self, key: Key) -> bool:
        """Say whether a person has a socket in this process that they are here by."""
        return key in self._people

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
            elif channel.topic.kind == USER and socket.person.only is None:
                own = channel.last_seq
        self._note_ping(socket)
        return heads, own

    async def typing(self, socket: Socket, conversation_id: str) -> None:
        """Tell the others in a conversation that somebody types.

        Lost when Redis is away, and not even sent while much is going on.
        """
        if self.is_busy:
            return
        topic = Topic.of(socket.person.tenant, CONVERSATION, conversation_id)
        frame = {
            "type": "typing",
            "conversation_id": conversation_id,
            "user_id": socket.person.user_id,
        }
        message = {"type": "live.frame", "topic": topic.name, "frame": orjson.dumps(frame)}
        await self.subscriptions.send(topic.name, message)

    # Frames arrive

    def take(self, message: dict[str, Any]) -> None:
        """Take one message of the layer; never waits."""
        if message.get("type") == "live.presence":
            self.presence.take(message)
            return
        channel = self._channels.get(message.get("topic", ""))
        if channel is None:
            return
        if message["frame"] is None:
            # A publisher names a topic in which it had to leave something out.
            self.catch_up.repair(channel, after_s=0.0)
            return
        if message["frame"] == channel.taken:
            # This process published it, has it already, and is told by Redis as all are.
            return
        frame = Frame.parse(message["frame"])
        if frame.seq:
            channel.taken = message["frame"]
            self._arrive(channel, frame)
        else:
            self._pass_on(channel, frame)

    def arrive_filled(self, channel: Channel, frame: Frame) -> None:
        """Take a frame of the journal."""
        channel.held.pop(frame.seq, None)
        if frame.seq == channel.reached + 1:
            self._deliver(channel, frame)
            self._release(channel)

    def _arrive(self, channel: Channel, frame: Frame) -> None:
        if channel.last_seq is None or frame.seq > channel.last_seq + 1:
            self._hold(channel, frame)
        elif frame.seq == channel.last_seq + 1:
            self._deliver(channel, frame)
            self._release(channel)

    def _hold(self, channel: Channel, frame: Frame) -> None:
        if len(channel.held) < self.limits.most_held:
            channel.held[frame.seq] = frame
        else:
            channel.is_repair_wanted = True
        self.catch_up.repair(channel, after_s=self.limits.hold_s)

    def _release(self, channel: Channel) -> None:
        """Deliver what was held and is next now."""
        while channel.held:
            frame = channel.held.pop(channel.reached + 1, None)
            if frame is None:
                return
            self._deliver(channel, frame)

    def _deliver(self, channel: Channel, frame: Frame) -> None:
        """Write the next frame of a topic to everybody who may see it."""
        channel.last_seq = frame.seq
        self.note_moved(channel)
        effect = EFFECTS.get((channel.topic.kind, frame.event))
        if effect is not None:
            effect(self, channel, frame)
        lane, text, message = channel.topic.lane, frame.text, encoded(frame.text)
        # Empty but for conversations whose later members may not read what was before them.
        about, withheld = frame.about if channel.begins else 0, ""
        is_for_all = channel.topic.kind == CONVERSATION
        for socket in tuple(channel.sockets):
            if is_for_all or _is_heard(channel.topic.kind, socket.person):
                if about and about < channel.begins.get(socket.person.user_id, 0):
                    withheld = withheld or frame.withheld
                    socket.write(lane, withheld)
                else:
                    socket.write(lane, text, message=message)
        self.delivered += len(channel.sockets)
        if channel.joining:
            channel.seat_arrived()

    def _pass_on(self, channel: Channel, frame: Frame) -> None:
        """Typing: to the others, now or never; the first thing to go under load."""
        if self.is_busy and frame.type == "typing":
            return
        author, message = frame.body.get("user_id"), encoded(frame.text)
        for socket in tuple(channel.sockets):
            if socket.person.user_id != author:
                socket.write(channel.topic.lane, frame.text, message=message, is_fleeting=True)

    # Topics and seats

    def channel_of(self, name: str) -> Channel | None:
        """The state of a topic, if this process knows it."""
        return self._channels.get(name)

    def channel(self, name: str) -> Channel:
        """The state of a topic, which is subscribed to if it is new."""
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel(Topic.parse(name), self.now())
            self.subscriptions.add(name)
        return channel

    def open(self, channel: Channel, head: int) -> None:
        """Begin to count at `head`; what was held since the subscription follows it."""
        channel.last_seq = head
        self.note_moved(channel)
        channel.held = {seq: frame for seq, frame in channel.held.items() if seq > head}
        self._release(channel)

    def note_moved(self, channel: Channel) -> None:
        """Let the next ping carry this topic's head."""
        channel.moved_at = self._beat

    def evict(self, topic: Topic, user_id: str, seq: int) -> None:
        """Take a person out of a topic at once, with what still waits to be written to them."""
        self._removals[topic.name, user_id] = (seq, self.now())
        if (channel := self._channels.get(topic.name)) is not None:
            channel.begins.pop(user_id, None)
        for socket in self.sockets_of(topic.tenant, user_id):
            self.take_seat(socket, topic)

    def let_back(self, topic: Topic, user_id: str) -> None:
        """A person who was taken out was put in again."""
        self._removals.pop((topic.name, user_id), None)

    def take_seat(self, socket: Socket, topic: Topic) -> None:
        """Take one socket out of a topic."""
        channel = self._channels.get(topic.name)
        if channel is not None:
            channel.unseat(socket, self.now())
        socket.forget(topic.lane)

    def resync(self, socket: Socket, topic: Topic) -> None:
        """Tell a client to load a conversation, or what is its own, again."""
        conversation_id = topic.stream_id if topic.kind == CONVERSATION else None
        socket.tell({"type": "resync", "conversation_id": conversation_id})

    def _add(self, socket: Socket) -> None:
        person = socket.person
        self._sockets[socket] = None
        self._among(person)[person.tenant, person.user_id][socket] = None
        self._per_tenant[person.tenant] += 1
        self._note_ping(socket)

    def _among(self, person: Person) -> dict[Key, dict[Socket, None]]:
        return self._people if person.only is None else self._limited

    def _note_ping(self, socket: Socket) -> None:
        socket.pinged_at = self._beat
        self._beat += 1

    def _was_removed(self, name: str, user_id: str, head: int) -> bool:
        removed = self._removals.get((name, user_id))
        return removed is not None and removed[0] > head

    # Loops

    async def _go_round(self) -> None:
        """Once per heartbeat: compare everything with the journal, let go what nobody needs."""
        while True:
            await asyncio.sleep(self.limits.heartbeat_s)
            try:
                await self.catch_up.check(list(self._channels), is_round=True)
                await self._let_go()
            except Exception as error:
                logger.warning("the hub's round failed: %s", error)

    async def _let_go(self) -> None:
        now = self.now()
        self._removals = {
            key: (seq, at)
            for key, (seq, at) in self._removals.items()
            if now - at < _REMOVALS_KEPT_S
        }
        for name, channel in list(self._channels.items()):
            is_empty = channel.empty_since is not None and channel.repair is None
            if not is_empty or now - (channel.empty_since or now) < self.limits.linger_s:
                continue
            del self._channels[name]
            await self.subscriptions.drop(name)
            if name in self._channels:  # Somebody came while we were leaving.
                self.subscriptions.add(name)

    async def _mind_absence(self) -> None:
        """See who is gone: people who did not come back, and tenants that were suspended."""
        while True:
            await asyncio.sleep(self.limits.absence_s)
            try:
                await self.presence.mind()
                await self._shut_tenants()
            except Exception as error:
                logger.warning("who is gone could not be seen to: %s", error)

    async def _pass_on_notices(self) -> None:
        """Pass on what was gathered, who is here and what reached whom; notice when it is late."""
        period_s = self.limits.pulse_presence_s
        receipts_due = self.now()
        while True:
            before = self.now()
            await asyncio.sleep(period_s)
            lag_s = self.now() - before - period_s
            if lag_s > self.limits.busy_lag_s:
                self.busy_until = self.now() + self.limits.busy_for_s
            try:
                await self.presence.pulse()
                if self.now() >= receipts_due:
                    receipts_due = self.now() + EVERY_S * 0.9
                    await self.presence.note()
                    await self.receipts.pass_on()
            except Exception as error:
                logger.warning("news of people could not be passed on: %s", error)

    @property
    def is_busy(self) -> bool:
        """Whether this process is under load: what is of passing worth is left out then."""
        return self.now() < self.busy_until

    async def _shut_tenants(self) -> None:
        """Close the sockets of tenants that no longer answer at their address."""
        here = list(self._per_tenant)
        if not here:
            return
        ready = await self.journal.ready_tenants(here)
        for socket in list(self._sockets):
            if socket.person.tenant in here and socket.person.tenant not in ready:
                self.shut_out(socket, CloseCode.REVOKED)


def _is_heard(kind: str, person: Person) -> bool:
    """Say whether somebody is told what is in a stream that is no conversation's."""
    # Guests know only the people they share a conversation with.
    return not person.is_guest if kind == TENANT else person.only is None
