"""What reached whom: gathered from clients, noted now and then, told to small conversations.

Nothing here is on the way of a message. A conversation is seen to the less often the more people
listen to it, so that noting costs about the same whatever its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from messaging.live.frames import CONVERSATION, Topic
from messaging.live.socket import Socket

if TYPE_CHECKING:
    from messaging.live.hub import Hub

type Marks = dict[str, dict[str, int]]
"""Per person: `delivered_seq`, `read_seq`."""

EVERY_S = 1.0
PER_PERSON_S = 0.02
MOST_TOLD = 50
MOST_NOTED = 5_000


class Receipts:
    """The cursors that this process has heard of and not yet passed on."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: dict[str, Marks] = {}
        self._noted_at: dict[str, float] = {}

    def delivered(self, socket: Socket, heads: dict[str, int]) -> None:
        """A client says up to where it has conversations; of those it may see, and no further."""
        for conversation_id, seq in heads.items():
            topic = Topic.of(socket.person.tenant, CONVERSATION, conversation_id)
            channel = self._hub.channel_of(topic.name)
            if channel is not None and topic.name in socket.topics:
                self._mark(topic.name, socket, "delivered_seq", min(seq, channel.reached))

    def read(self, tenant: str, conversation_id: str, user_id: str, seq: int) -> None:
        """A person's read cursor moved: their stream told us so."""
        topic = Topic.of(tenant, CONVERSATION, conversation_id)
        if self._hub.channel_of(topic.name) is not None:
            marks = self._waiting.setdefault(topic.name, {}).setdefault(user_id, {})
            # Also backwards: what was marked as unread is not seen.
            marks["read_seq"] = seq

    async def pass_on(self) -> None:
        """Note what is due, and tell the conversations it is about; called about once a second."""
        due = self._due(self._hub.now())
        by_tenant: dict[str, dict[str, Marks]] = {}
        for name, marks in due.items():
            topic = Topic.parse(name)
            by_tenant.setdefault(topic.tenant, {})[topic.stream_id] = marks
        for tenant, conversations in by_tenant.items():
            delivered = {
                conversation_id: {
                    user_id: mark["delivered_seq"]
                    for user_id, mark in marks.items()
                    if "delivered_seq" in mark
                }
                for conversation_id, marks in conversations.items()
            }
            if await self._hub.journal.note_delivered(tenant, delivered):
                for conversation_id, marks in conversations.items():
                    await self._tell(tenant, conversation_id, marks)

    def _mark(self, name: str, socket: Socket, field: str, seq: int) -> None:
        marks = self._waiting.setdefault(name, {}).setdefault(socket.person.user_id, {})
        marks[field] = max(seq, marks.get(field, 0))

    def _due(self, now: float) -> dict[str, Marks]:
        """What may be seen to now: small conversations at once, large ones seldom."""
        due: dict[str, Marks] = {}
        room = MOST_NOTED
        for name, marks in list(self._waiting.items()):
            channel = self._hub.channel_of(name)
            listeners = 0 if channel is None else len(channel.sockets)
            pause_s = max(EVERY_S * 0.9, listeners * PER_PERSON_S)
            if now - self._noted_at.get(name, -pause_s) < pause_s or (
                len(marks) > room > 0 and due
            ):
                continue
            due[name] = self._waiting.pop(name)
            self._noted_at[name] = now
            room -= len(marks)
            if room <= 0:
                break
        if len(self._noted_at) > 10_000:
            self._noted_at = {one: at for one, at in self._noted_at.items() if now - at < 300}
        return due

    async def _tell(self, tenant: str, conversation_id: str, marks: Marks) -> None:
        topic = Topic.of(tenant, CONVERSATION, conversation_id)
        channel = self._hub.channel_of(topic.name)
        if channel is None or len(channel.sockets) > MOST_TOLD:
            return
        items: list[dict[str, Any]] = [
            {"user_id": user_id, **mark} for user_id, mark in sorted(marks.items())
        ]
        frame = {"type": "receipts", "conversation_id": conversation_id, "items": items}
        message = {"type": "live.frame", "topic": topic.name, "frame": orjson.dumps(frame)}
        await self._hub.subscriptions.send(topic.name, message)
