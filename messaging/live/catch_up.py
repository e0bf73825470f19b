"""Fills from the journal what Redis did not bring: for a topic as a whole, and for one socket."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from messaging.live.channel import Channel, Hold
from messaging.live.frames import CONVERSATION, USER, Frame, Topic
from messaging.live.ports import Journal
from messaging.live.protocol import CloseCode
from messaging.live.socket import Socket

if TYPE_CHECKING:
    from messaging.live.hub import Hub

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 50
"""How often a topic tries to catch up before what was announced is given up."""

_MOST_BATCH_BYTES = 64 * 1024


class CatchUp:
    """Brings the hub's topics up to the journal."""

    def __init__(self, hub: Hub, journal: Journal) -> None:
        self._hub = hub
        self._journal = journal
        self._limits = hub.limits

    # Topics

    def repair(self, channel: Channel, *, after_s: float) -> None:
        """See to it that a topic catches up with the journal; one task per topic at most."""
        if channel.repair is not None:
            channel.is_repair_wanted = channel.is_repair_wanted or after_s == 0.0
            return
        channel.repair = self._hub.spawn(self._repair(channel, after_s))

    async def check(self, names: Iterable[str], *, is_round: bool = False) -> None:
        """Compare topics with the journal's heads, one query per tenant, and fill what lacks.

        A topic found behind in the regular round gets nothing from Redis any more, or had bad luck
        with the moment: its subscription is renewed, which costs little either way.
        """
        by_tenant: dict[str, list[Channel]] = defaultdict(list)
        for name in names:
            channel = self._hub.channel_of(name)
            if channel is not None and channel.last_seq is not None and channel.listeners():
                by_tenant[channel.topic.tenant].append(channel)
        for tenant, channels in by_tenant.items():
            try:
                await self._check_tenant(tenant, channels, is_round)
            except Exception as error:
                logger.warning("the journal's heads could not be read: %s", error)
                # Again with the next pulse.
                self._hub.subscriptions.compare_later(channel.topic.name for channel in channels)

    async def head_of(self, topic: Topic) -> int:
        """The last number of a topic; waits for a database that is away."""
        heads = await self._patiently(lambda: self._journal.heads(topic.tenant, [topic.stream_id]))
        return heads.get(topic.stream_id, 0)

    async def _check_tenant(self, tenant: str, channels: list[Channel], is_round: bool) -> None:
        before = {channel.topic.stream_id: channel.reached for channel in channels}
        heads = await self._journal.heads(tenant, list(before))
        for channel in channels:
            head = heads.get(channel.topic.stream_id, 0)
            if head < before[channel.topic.stream_id]:
                self._go_back(channel, head)
            elif head > channel.reached:
                if is_round:
                    self._hub.subscriptions.renew(channel.topic.name)
                self.repair(channel, after_s=0.0)

    async def _repair(self, channel: Channel, after_s: float) -> None:
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
                    await asyncio.sleep(self._limits.hold_s)
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
        elif channel.last_seq is None:
            head = await self.head_of(channel.topic)
            if channel.last_seq is None:
                self._hub.open(channel, head)
        else:
            await self._fill_pages(channel)

    async def _fill_pages(self, channel: Channel) -> None:
        topic, page, filled = channel.topic, self._limits.most_behind, 0
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
                self._hub.arrive_filled(channel, Frame.parse(item))
            if len(raw) < page:
                return

    async def _jump(self, channel: Channel) -> None:
        """Too far behind to fill: go to the head and let everybody load the conversation again."""
        head = await self.head_of(channel.topic)
        await self._ask_rights_again(channel)
        for socket in list(channel.sockets):
            self._hub.resync(socket, channel.topic)
        self._hub.open(channel, max(head, channel.reached))
        channel.seat_arrived()

    async def _ask_rights_again(self, channel: Channel) -> None:
        """Removals and revocations may be among the events that are skipped."""
        topic = channel.topic
        if topic.kind == USER:
            # A person's sockets come back with fresh rights at once.
            for socket in channel.listeners():
                self._hub.shut_out(socket, CloseCode.RESTART)
        if topic.kind != CONVERSATION:
            return
        members = await self._patiently(
            lambda: self._journal.members(topic.tenant, topic.stream_id)
        )
        for socket in channel.listeners():
            if socket.person.user_id not in members:
                self._hub.take_seat(socket, topic)

    def _go_back(self, channel: Channel, head: int) -> None:
        """The journal is behind what was delivered: a database put back to an earlier moment."""
        logger.error("the journal of %s went back to %d", channel.topic.name, head)
        channel.held.clear()
        channel.last_seq = head
        self._hub.note_moved(channel)
        for socket in channel.listeners():
            self._hub.resync(socket, channel.topic)
            if not isinstance(channel.joining.get(socket), Hold):
                channel.seat(socket, head)

    async def _patiently[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the journal until it answers: a database that restarts must not leave a hole."""
        while True:
            try:
                return await ask()
            except Exception as error:
                logger.warning("the journal could not be read, trying again: %s", error)
                await asyncio.sleep(self._limits.retry_s)

    # Sockets

    async def resume(self, socket: Socket, after: dict[str, int]) -> None:
        """Write what followed `after`, topic by topic, in order and without a gap.

        Unknown topics and those too far behind get `resync`: both mean "load it again".
        """
        for name, seq in after.items():
            channel = self._hub.channel_of(name)
            if channel is None or name not in socket.topics or channel.last_seq is None:
                self._hub.resync(socket, Topic.parse(name))
            elif seq != channel.last_seq:
                await self._fill_socket(channel, socket, seq)

    async def welcome(self, channel: Channel, newcomers: Sequence[Socket], hold: Hold) -> None:
        """Start new members at the head, and tell them, so that they see what they lack."""
        topic = channel.topic
        head = await self.head_of(topic)
        if channel.last_seq is None:
            self._hub.open(channel, head)
        reached = max(head, channel.reached)
        for socket in newcomers:
            if channel.joining.get(socket) is hold:
                channel.seat(socket, reached)
                socket.tell({"type": "ping", "heads": {topic.stream_id: reached}, "user_seq": None})

    async def _fill_socket(self, channel: Channel, socket: Socket, seq: int) -> None:
        hold = Hold()
        channel.hold_back(socket, hold)
        try:
            reached = await self._write_after(channel, socket, seq)
        except Exception as error:
            logger.warning("the journal could not be read for a resume: %s", error)
            reached = None
        if channel.joining.get(socket) is not hold:
            return  # Evicted or gone meanwhile.
        if reached is None:
            self._hub.resync(socket, channel.topic)
            reached = channel.reached
        channel.seat(socket, reached)

    async def _write_after(self, channel: Channel, socket: Socket, seq: int) -> int | None:
        """Write the journal from `seq` on; returns how far it got, None for too far behind."""
        topic, most, written = channel.topic, self._limits.most_behind, 0
        begins_at = channel.begins.get(socket.person.user_id, 0)
        if channel.reached - seq > most or seq < begins_at - 1:
            return None
        while True:
            raw = await self._journal.frames_after(topic.tenant, topic.stream_id, seq, most)
            written += len(raw)
            if written > most or (not raw and await self._is_ahead(channel, seq)):
                return None
            for text, last in _batches(Frame.trimmed(raw, begins_at)):
                if socket.is_closed or topic.name not in socket.topics:
                    return None
                await socket.push(text)
                seq = last
            if seq >= channel.reached:
                return seq

    async def _is_ahead(self, channel: Channel, seq: int) -> bool:
        """The client knows a number that the journal does not: it is not from here."""
        if seq <= channel.reached:
            return False
        topic = channel.topic
        heads = await self._journal.heads(topic.tenant, [topic.stream_id])
        return heads.get(topic.stream_id, 0) < seq


def _batches(raw: Sequence[bytes]) -> Iterable[tuple[str, int]]:
    """Join frames to JSON arrays of bounded size; each with the number of its last frame."""
    batch: list[bytes] = []
    size = 0
    for item in raw:
        if batch and size + len(item) > _MOST_BATCH_BYTES:
            yield _joined(batch)
            batch, size = [], 0
        batch.append(item)
        size += len(item)
    if batch:
        yield _joined(batch)


def _joined(frames: list[bytes]) -> tuple[str, int]:
    last = orjson.loads(frames[-1])["seq"]
    text = b",".join(frames).decode()
    return (text if len(frames) == 1 else f"[{text}]"), last
