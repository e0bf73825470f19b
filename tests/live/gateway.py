"""One gateway on a real Valkey that tests may stop and start; its sockets write into lists."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from events.bus import Bus
from messaging.live.buffer import Backlog
from messaging.live.frames import CONVERSATION, TENANT, USER, Topic
from messaging.live.hub import Hub
from messaging.live.layer import live_layer
from messaging.live.ports import HubLimits
from messaging.live.socket import Person, Socket
from tests.live.memory import MemoryJournal
from tests.valkey import Valkey

ROOM = str(uuid.uuid4())
OTHER_ROOM = str(uuid.uuid4())
ANA, BO, CY = (str(uuid.uuid4()) for _ in range(3))
TENANT_ID = str(uuid.uuid4())
QUICK = HubLimits(
    hold_s=0.02, retry_s=0.3, pulse_s=0.3, linger_s=0.0, most_behind=50, pulse_presence_s=0.05
)

WAIT_S = 10.0


class Client:
    """The other end of a socket: remembers what was written, and can stop reading."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed_with: int | None = None
        self._changed = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self._reads.wait()
        if message["type"] == "websocket.close":
            self.closed_with = message["code"]
        else:
            parsed = orjson.loads(message["text"])
            self.frames.extend(parsed if isinstance(parsed, list) else [parsed])
        self._changed.set()

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_again(self) -> None:
        self._reads.set()

    def seqs(self, conversation_id: str | None = None) -> list[int]:
        return [
            frame["seq"]
            for frame in self.frames
            if frame["type"] == "event"
            and (conversation_id is None or frame["conversation_id"] == conversation_id)
        ]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what was written makes the condition true."""
        async with asyncio.timeout(WAIT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@dataclass
class World:
    """One gateway process, a publisher, and a journal."""

    hub: Hub
    bus: Bus
    journal: MemoryJournal
    sockets: dict[Client, Socket] = field(default_factory=dict)

    async def join(
        self,
        user_id: str = ANA,
        *,
        tenant: str = "acme",
        rooms: tuple[str, ...] = (ROOM,),
        credential: str = "session:1",
        backlog: Backlog | None = None,
    ) -> Client:
        """Connect somebody and wait until their subscriptions are in force."""
        client = Client()
        person = Person(tenant, user_id, credential)
        socket = Socket(person, str(uuid.uuid4()), client.send, backlog=backlog)
        topics = [Topic.of(tenant, CONVERSATION, room) for room in rooms]
        topics += [Topic.of(tenant, USER, user_id), Topic.of(tenant, TENANT, TENANT_ID)]
        heads = {topic.name: self.journal.head(tenant, topic.stream_id) for topic in topics}
        told = self.hub.join(socket, heads)
        socket.tell({"type": "hello", "heads": told})
        self.sockets[client] = socket
        await self.settled()
        return client

    async def settled(self) -> None:
        """Wait until the hub's subscriptions are in force and compared with the journal."""
        assert await self.hub.subscriptions.in_force(WAIT_S)

    def post(self, *, tenant: str = "acme", room: str = ROOM, text: str = "hello") -> bytes:
        """Commit a message without publishing it."""
        return self.journal.append(tenant, room, text=text)

    def publish(self, *frames: bytes, tenant: str = "acme", room: str = ROOM) -> None:
        topic = Topic.of(tenant, CONVERSATION, room).name
        for frame in frames:
            assert self.bus.publish([(topic, frame)])

    def publish_own(self, frame: bytes, user_id: str, *, tenant: str = "acme") -> None:
        assert self.bus.publish([(Topic.of(tenant, USER, user_id).name, frame)])


async def make_world(valkey: Valkey, limits: HubLimits = QUICK) -> World:
    journal = MemoryJournal()
    layer = live_layer(valkey.url, lambda: hub.subscriptions.reconnected())
    hub = Hub(layer, journal, limits=limits)
    hub.start()
    return World(hub, Bus(valkey.url, retry_s=0.05), journal)
