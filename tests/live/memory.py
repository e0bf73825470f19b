"""A journal kept in memory, numbered like the real one, that can be made to wait or to fail."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson

from messaging.live.frames import CONVERSATION, USER

MESSAGE = "chancery.message.created.v1"


class MemoryJournal:
    """Implements the hub's port."""

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        self.memberships: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.suspended: set[str] = set()
        self.delivered: dict[tuple[str, str, str], int] = {}
        self.shows_receipts = True
        self.here: dict[str, set[str]] = defaultdict(set)
        self.heads_asked = 0
        self.reads: list[tuple[str, str, int]] = []
        self.is_down = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    def append(
        self,
        tenant: str,
        stream_id: str,
        event: str = MESSAGE,
        kind: str = CONVERSATION,
        **data: Any,
    ) -> bytes:
        """Commit one event and return its frame."""
        stream = self._streams[tenant, stream_id]
        frame = {
            "type": "event",
            "id": str(uuid.uuid4()),
            "event": event,
            "stream": {"c": "conversation", "u": "user", "t": "tenant"}[kind],
            "conversation_id": stream_id if kind == CONVERSATION else None,
            "seq": len(stream) + 1,
            "data": {"tenant": tenant, **data},
        }
        stream.append(orjson.dumps(frame))
        return stream[-1]

    def append_own(self, tenant: str, user_id: str, event: str, **data: Any) -> bytes:
        return self.append(tenant, user_id, event, USER, **data)

    def forget_last(self, tenant: str, stream_id: str) -> None:
        """What a restored backup does."""
        self._streams[tenant, stream_id].pop()

    def head(self, tenant: str, stream_id: str) -> int:
        return len(self._streams[tenant, stream_id])

    async def heads(self, tenant: str, stream_ids: Sequence[str]) -> dict[str, int]:
        self.heads_asked += 1
        await self._answer()
        return {id_: self.head(tenant, id_) for id_ in stream_ids}

    async def frames_after(self, tenant: str, stream_id: str, seq: int, limit: int) -> list[bytes]:
        self.reads.append((tenant, stream_id, seq))
        await self._answer()
        return self._streams[tenant, stream_id][seq : seq + limit]

    async def members(self, tenant: str, conversation_id: str) -> set[str]:
        await self._answer()
        return self.memberships[tenant, conversation_id]

    async def ready_tenants(self, tenants: Sequence[str]) -> set[str]:
        return set(tenants) - self.suspended

    async def _answer(self) -> None:
        self.asked.set()
        await self.gate.wait()
        if self.is_down:
            raise ConnectionError("the database is away")

    async def note_delivered(self, tenant: str, reached: dict[str, dict[str, int]]) -> bool:
        for conversation_id, people in reached.items():
            for user_id, seq in people.items():
                self.delivered[tenant, conversation_id, user_id] = seq
        return self.shows_receipts

    async def note_here(self, tenant: str, here: list[str], gone: list[str]) -> None:
        self.here[tenant] = (self.here[tenant] | set(here)) - set(gone)
