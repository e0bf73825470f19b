"""The hub against a real Valkey: order, gaps, reconnection, eviction, slow readers, two tenants."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from events.bus import Bus
from messaging.live.buffer import Backlog
from messaging.live.frames import CONVERSATION, TENANT, USER, Topic
from messaging.live.hub import Hub
from messaging.live.layer import live_layer
from messaging.live.ports import HubLimits
from messaging.live.socket import Person, Socket
from tests.live.conftest import WAIT_S, Client, Valkey
from tests.live.memory import MemoryJournal

pytestmark = pytest.mark.asyncio

ROOM = str(uuid.uuid4())
OTHER_ROOM = str(uuid.uuid4())
ANA, BO, CY = (str(uuid.uuid4()) for _ in range(3))
TENANT_ID = str(uuid.uuid4())
EDITED = "chancery.message.edited.v1"
QUICK = HubLimits(
    hold_s=0.02, retry_s=0.3, pulse_s=0.3, linger_s=0.0, most_behind=50, pulse_presence_s=0.05
)


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


@pytest_asyncio.fixture
async def world(valkey: Valkey) -> AsyncIterator[World]:
    made = await make_world(valkey)
    yield made
    await made.hub.close()


async def test_a_frame_reaches_everybody_in_the_conversation_once(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    elsewhere = await world.join(CY, rooms=(OTHER_ROOM,))

    world.publish(world.post(text="one"), world.post(text="two"))
    await ana.until(lambda: ana.seqs() == [1, 2])
    await bo.until(lambda: bo.seqs() == [1, 2])

    assert [frame["data"]["text"] for frame in ana.of_type("event")] == ["one", "two"]
    assert elsewhere.seqs() == []


async def test_swapped_publishes_are_put_in_order_without_asking_the_journal(world):
    ana = await world.join()
    frames = [world.post() for _ in range(4)]

    world.publish(frames[1], frames[3], frames[0], frames[2])
    await ana.until(lambda: len(ana.seqs()) == 4)

    assert ana.seqs() == [1, 2, 3, 4]


async def test_a_frame_that_never_comes_is_filled_from_the_journal(world):
    ana = await world.join()
    frames = [world.post() for _ in range(3)]

    world.publish(frames[0], frames[2])
    await ana.until(lambda: len(ana.seqs()) == 3)

    assert ana.seqs() == [1, 2, 3]
    assert world.journal.reads == [("acme", ROOM, 1)]


async def test_published_twice_is_delivered_once(world):
    ana = await world.join()
    first, second = world.post(), world.post()

    world.publish(first, first, second, first, second)
    world.publish(world.post())
    await ana.until(lambda: 3 in ana.seqs())

    assert ana.seqs() == [1, 2, 3]


async def test_a_joining_socket_gets_what_follows_the_heads_it_was_told(world):
    ana = await world.join(ANA)
    late = [world.post(), world.post()]
    bo = await world.join(BO)

    assert bo.frames[0]["heads"][Topic.of("acme", CONVERSATION, ROOM).name] == 2
    world.publish(*late, world.post())
    await ana.until(lambda: ana.seqs() == [1, 2, 3])
    await bo.until(lambda: bo.seqs() == [3])


async def test_what_was_published_before_the_subscription_is_filled(world):
    client = Client()
    socket = Socket(Person("acme", ANA, "s"), "1", client.send)
    head = {Topic.of("acme", CONVERSATION, ROOM).name: 0}
    # Committed and published after the heads were read, before Redis knew of the subscription.
    world.publish(world.post())

    world.hub.join(socket, head)
    await client.until(lambda: client.seqs() == [1])


async def test_a_cut_connection_is_mended_and_the_last_frame_is_not_lost(world, valkey):
    ana = await world.join()
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [1])

    valkey.cut_subscribers()
    # The last frame before silence: no later one would show the gap.
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [1, 2])

    await world.settled()
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [1, 2, 3])


class Wire:
    """Stands between the hub and Redis, and can forget its connections without a word."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pipes: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    async def open(self) -> "Wire":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    def forget_oldest(self) -> None:
        """Nothing more comes on the first connection, the subscriber's; it stays open."""
        self._pipes[0].cancel()

    async def close(self) -> None:
        self._server.close()
        for pipe in self._pipes:
            pipe.cancel()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_redis, to_redis = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, to_redis]
        self._pipes.append(asyncio.create_task(self._pass(from_redis, writer)))
        self._pipes.append(asyncio.create_task(self._pass(reader, to_redis)))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)


async def test_a_connection_that_died_without_a_word_is_replaced(valkey):
    wire = await Wire(valkey.port).open()
    journal = MemoryJournal()
    layer = live_layer(wire.url, lambda: hub.subscriptions.reconnected())
    hub = Hub(layer, journal, limits=QUICK)
    hub.start()
    world = World(hub, Bus(valkey.url), journal)
    try:
        ana = await world.join()
        wire.forget_oldest()
        world.publish(world.post())
        # From the journal meanwhile, which is asked now and then.
        await ana.until(lambda: ana.seqs() == [1])

        await world.settled()
        reads = len(journal.reads)
        world.publish(world.post())
        await ana.until(lambda: ana.seqs() == [1, 2])
        assert len(journal.reads) == reads
    finally:
        await hub.close()
        await wire.close()


async def test_with_redis_stopped_frames_come_from_the_journal_and_live_returns(tmp_path):
    valkey = Valkey(tmp_path)
    valkey.start()
    world = await make_world(valkey)
    try:
        ana = await world.join()
        valkey.stop()
        frame = world.post()
        topic = Topic.of("acme", CONVERSATION, ROOM).name
        assert world.bus.publish([(topic, frame)]) is False
        await ana.until(lambda: ana.seqs() == [1])

        bo = await asyncio.wait_for(world_join_unsettled(world, BO), WAIT_S)
        valkey.start()
        await world.settled()
        async with asyncio.timeout(WAIT_S):
            while not world.bus.is_up:
                await asyncio.sleep(0.01)
        reads = len(world.journal.reads)
        world.publish(world.post())
        await ana.until(lambda: ana.seqs() == [1, 2])
        await bo.until(lambda: bo.seqs() == [2])
        assert len(world.journal.reads) == reads
    finally:
        await world.hub.close()
        valkey.stop()


async def world_join_unsettled(world: World, user_id: str) -> Client:
    """Connect somebody while Redis is away."""
    client = Client()
    socket = Socket(Person("acme", user_id, "s"), str(uuid.uuid4()), client.send)
    topic = Topic.of("acme", CONVERSATION, ROOM)
    world.hub.join(socket, {topic.name: world.journal.head("acme", ROOM)})
    return client


async def test_a_bus_that_was_down_announces_what_it_left_out(tmp_path):
    valkey = Valkey(tmp_path)
    valkey.start()
    listener = Bus(valkey.url)._redis.pubsub()
    bus = Bus(valkey.url, retry_s=0.05)
    topic = Topic.of("acme", CONVERSATION, ROOM).name
    try:
        valkey.stop()
        assert bus.publish([(topic, b"{}")]) is False
        assert bus.publish([(topic, b"{}")]) is False
        assert not bus.is_up
        valkey.start()
        listener.subscribe(f"chancery__group__{topic}")
        async with asyncio.timeout(WAIT_S):
            while not bus.is_up:
                await asyncio.sleep(0.01)
        assert bus.publish([(topic, b"{}")]) is True
    finally:
        listener.close()
        valkey.stop()


async def test_a_removed_member_sees_nothing_after_the_removal(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    before = world.post()
    removal = world.journal.append("acme", ROOM, "chancery.membership.removed.v1", user_id=BO)
    after = world.post()

    # The later frame arrives first: still nothing of it may reach Bo.
    world.publish(before, after, removal)
    await ana.until(lambda: ana.seqs(ROOM) == [1, 2, 3])

    assert bo.seqs(ROOM) == [1]
    assert not world.hub.may_post(world.sockets[bo], ROOM)


async def test_what_waits_for_a_slow_reader_is_dropped_when_they_are_removed(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    bo.stop_reading()
    secrets = [world.post() for _ in range(5)]
    removal = world.journal.append("acme", ROOM, "chancery.membership.removed.v1", user_id=BO)
    world.publish(*secrets, removal)
    await ana.until(lambda: ana.seqs(ROOM) == [1, 2, 3, 4, 5, 6])

    bo.read_again()
    world.publish_own(world.journal.append_own("acme", BO, "chancery.mention.created.v1"), BO)
    await bo.until(lambda: any(f.get("stream") == "user" for f in bo.frames))

    # The one whose sending had begun already is all that went out.
    assert bo.seqs(ROOM) == [1]


async def test_rights_read_before_a_removal_are_void_after_it(world):
    ana = await world.join(ANA)
    stale = {Topic.of("acme", CONVERSATION, ROOM).name: 0}
    removal = world.journal.append("acme", ROOM, "chancery.membership.removed.v1", user_id=BO)
    world.publish(removal)
    await ana.until(lambda: ana.seqs() == [1])

    client = Client()
    told = world.hub.join(Socket(Person("acme", BO, "s"), "1", client.send), stale)

    assert told == {}
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [1, 2])
    assert client.frames == []


async def test_a_new_member_is_subscribed_at_once_and_told_the_head(world):
    ana = await world.join(ANA)
    bo = await world.join(BO, rooms=())
    world.publish(world.post())
    added = world.journal.append_own(
        "acme", BO, "chancery.membership.added.v1", conversation_id=ROOM
    )

    world.publish_own(added, BO)
    await bo.until(lambda: bo.of_type("ping") != [])
    world.publish(world.post())
    await bo.until(lambda: bo.seqs(ROOM) == [2])

    assert bo.of_type("ping")[0]["heads"] == {ROOM: 1}
    assert ana.seqs(ROOM) == [1, 2]


async def test_removed_while_being_added_stays_out(world):
    ana = await world.join(ANA)
    bo = await world.join(BO, rooms=())
    world.journal.gate.clear()
    added = world.journal.append_own(
        "acme", BO, "chancery.membership.added.v1", conversation_id=ROOM
    )
    removed = world.journal.append_own(
        "acme", BO, "chancery.membership.removed.v1", conversation_id=ROOM
    )
    world.publish_own(added, BO)
    world.publish_own(removed, BO)
    await bo.until(lambda: len(bo.of_type("event")) == 2)
    world.journal.gate.set()
    world.publish(world.post())
    await ana.until(lambda: ana.seqs(ROOM) == [1])

    assert bo.seqs(ROOM) == []


async def test_a_revoked_session_closes_its_sockets_and_no_others(world):
    phone = await world.join(ANA, credential="session:phone")
    laptop = await world.join(ANA, credential="session:laptop")
    revoked = world.journal.append_own(
        "acme", ANA, "chancery.session.revoked.v1", credential="session:phone"
    )

    world.publish_own(revoked, ANA)
    await phone.until(lambda: phone.closed_with is not None)
    world.publish(world.post())
    await laptop.until(lambda: laptop.seqs(ROOM) == [1])

    assert phone.closed_with == 4403
    assert phone.of_type("event") == []
    assert laptop.closed_with is None


async def test_a_deactivated_person_is_shut_out_everywhere(world):
    first, second = await world.join(ANA), await world.join(ANA)
    bo = await world.join(BO)

    world.publish_own(world.journal.append_own("acme", ANA, "chancery.user.deactivated.v1"), ANA)
    await first.until(lambda: first.closed_with == 4403)
    await second.until(lambda: second.closed_with == 4403)

    assert bo.closed_with is None


async def test_a_suspended_tenant_is_shut_out_and_no_other(valkey):
    world = await make_world(valkey, HubLimits(absence_s=0.02))
    try:
        ana = await world.join(ANA, tenant="acme")
        dee = await world.join(ANA, tenant="globex")
        world.journal.suspended.add("acme")
        await ana.until(lambda: ana.closed_with == 4403)
        world.publish(world.post(tenant="globex"), tenant="globex")
        await dee.until(lambda: dee.seqs() == [1])
        assert dee.closed_with is None
    finally:
        await world.hub.close()


async def test_a_person_whose_last_socket_closed_is_shown_as_gone(valkey):
    world = await make_world(valkey, HubLimits(absence_s=0.02))
    try:
        ana, bo = await world.join(ANA), await world.join(BO)
        await world.hub.presence.say(world.sockets[ana], "active")
        await bo.until(lambda: len(bo.of_type("presence")) == 1)
        late = await world.join(CY)
        world.hub.presence.tell(world.sockets[late])
        assert [frame["state"] for frame in late.of_type("presence")] == ["active"]

        world.hub.leave(world.sockets[ana])
        await bo.until(lambda: len(bo.of_type("presence")) == 2)
        assert bo.of_type("presence")[-1]["state"] == "offline"
    finally:
        await world.hub.close()


async def test_two_gateways_serve_the_same_conversation(world, valkey):
    other = await make_world(valkey, HubLimits(absence_s=0.02))
    other.journal = world.journal
    other.hub.catch_up._journal = world.journal
    try:
        ana_here, ana_there = await world.join(ANA), await other.join(ANA)
        bo = await world.join(BO)
        await world.hub.presence.say(world.sockets[ana_here], "active")
        await bo.until(lambda: bo.of_type("presence") != [])

        world.publish(world.post())
        await ana_here.until(lambda: ana_here.seqs() == [1])
        await ana_there.until(lambda: ana_there.seqs() == [1])

        # Gone there, still here: nobody is told otherwise.
        other.hub.leave(other.sockets[ana_there])
        async with asyncio.timeout(WAIT_S):
            while other.hub.presence._absences:
                await asyncio.sleep(0.005)
        await world.hub.typing(world.sockets[ana_here], ROOM)
        await bo.until(lambda: bo.of_type("typing") != [])
        assert [frame["state"] for frame in bo.of_type("presence")] == ["active"]
    finally:
        await other.hub.close()


async def test_a_journal_put_back_to_an_earlier_day_is_noticed(world):
    ana = await world.join()
    world.publish(world.post(), world.post())
    await ana.until(lambda: ana.seqs() == [1, 2])
    world.journal.forget_last("acme", ROOM)

    await world.hub.catch_up.check([Topic.of("acme", CONVERSATION, ROOM).name])
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [1, 2, 2])

    assert ana.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]


async def test_a_slow_reader_is_told_to_reload_and_delays_nobody(world):
    ana = await world.join(ANA)
    slow = await world.join(BO, rooms=(ROOM, OTHER_ROOM), backlog=Backlog(most_frames=8))
    slow.stop_reading()
    world.publish(world.post(room=OTHER_ROOM), room=OTHER_ROOM)
    world.publish(*[world.post() for _ in range(30)])
    await ana.until(lambda: len(ana.seqs()) == 30)

    assert slow.of_type("event") == []
    assert world.sockets[slow].waiting_frames <= 8
    slow.read_again()
    await slow.until(lambda: slow.of_type("resync") != [])
    world.publish(world.post())
    await slow.until(lambda: 31 in slow.seqs(ROOM))

    assert slow.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]
    assert slow.seqs(OTHER_ROOM) == [1]
    assert slow.seqs(ROOM) == [31]


async def test_two_tenants_with_the_same_conversation_id_never_mix(world):
    ana = await world.join(ANA, tenant="acme")
    dee = await world.join(ANA, tenant="globex")

    world.publish(world.post(tenant="acme", text="acme's"), tenant="acme")
    world.publish(world.post(tenant="globex", text="globex'"), tenant="globex")
    await ana.until(lambda: ana.seqs() == [1])
    await dee.until(lambda: dee.seqs() == [1])

    assert [frame["data"]["tenant"] for frame in ana.of_type("event")] == ["acme"]
    assert [frame["data"]["tenant"] for frame in dee.of_type("event")] == ["globex"]


async def test_resume_sends_what_is_missing_and_live_frames_follow(world):
    for _ in range(5):
        world.post()
    ana = await world.join()
    topic = Topic.of("acme", CONVERSATION, ROOM).name

    await world.hub.catch_up.resume(world.sockets[ana], {topic: 2})
    world.publish(world.post())
    await ana.until(lambda: 6 in ana.seqs())

    assert ana.seqs() == [3, 4, 5, 6]


async def test_frames_that_arrive_while_resuming_wait_their_turn(world):
    for _ in range(3):
        world.post()
    ana, bo = await world.join(ANA), await world.join(BO)
    topic = Topic.of("acme", CONVERSATION, ROOM).name
    world.journal.gate.clear()
    world.journal.asked.clear()
    resuming = asyncio.create_task(world.hub.catch_up.resume(world.sockets[ana], {topic: 0}))
    await asyncio.wait_for(world.journal.asked.wait(), WAIT_S)

    world.publish(world.post(), world.post())
    await bo.until(lambda: bo.seqs() == [4, 5])
    assert ana.seqs() == []
    world.journal.gate.set()
    await resuming
    world.publish(world.post())
    await ana.until(lambda: 6 in ana.seqs())

    assert ana.seqs() == [1, 2, 3, 4, 5, 6]


async def test_too_far_behind_is_told_to_reload(world):
    for _ in range(QUICK.most_behind + 1):
        world.post()
    ana = await world.join()
    topic = Topic.of("acme", CONVERSATION, ROOM).name

    await world.hub.catch_up.resume(world.sockets[ana], {topic: 0})

    assert ana.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]
    assert ana.seqs() == []


async def test_resume_of_what_one_may_not_see_looks_like_what_does_not_exist(world):
    ana = await world.join(ANA, rooms=(ROOM,))
    await world.join(BO, rooms=(OTHER_ROOM,))
    world.publish(world.post(room=OTHER_ROOM), room=OTHER_ROOM)
    nowhere = str(uuid.uuid4())

    for room in (OTHER_ROOM, nowhere):
        topic = Topic.of("acme", CONVERSATION, room).name
        await world.hub.catch_up.resume(world.sockets[ana], {topic: 0})

    assert ana.of_type("resync") == [
        {"type": "resync", "conversation_id": OTHER_ROOM},
        {"type": "resync", "conversation_id": nowhere},
    ]
    assert ana.of_type("event") == []


async def test_a_client_ahead_of_the_journal_starts_again(world):
    world.post()
    ana = await world.join()
    topic = Topic.of("acme", CONVERSATION, ROOM).name

    await world.hub.catch_up.resume(world.sockets[ana], {topic: 40})
    assert ana.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [2])


async def test_a_hub_too_far_behind_asks_again_who_may_see(valkey):
    world = await make_world(valkey)
    try:
        ana, bo = await world.join(ANA), await world.join(BO)
        world.journal.memberships["acme", ROOM] = {ANA}
        for _ in range(2 * QUICK.most_behind + 10):
            last = world.post()
        world.publish(last)
        await ana.until(lambda: ana.of_type("resync") != [])
        world.publish(world.post())
        await ana.until(lambda: ana.seqs()[-1:] == [2 * QUICK.most_behind + 11])

        assert bo.seqs()[-1:] != [2 * QUICK.most_behind + 11]
        assert bo.of_type("resync") == []
    finally:
        await world.hub.close()


async def test_the_journal_may_be_away_for_a_moment(world):
    ana = await world.join()
    frames = [world.post() for _ in range(3)]
    world.journal.is_down = True
    world.journal.asked.clear()
    world.publish(frames[2])
    await asyncio.wait_for(world.journal.asked.wait(), WAIT_S)

    assert ana.seqs() == []
    world.journal.is_down = False
    await ana.until(lambda: ana.seqs() == [1, 2, 3])


async def test_typing_reaches_the_others_and_not_oneself(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    cy = await world.join(CY, rooms=(OTHER_ROOM,))

    await world.hub.typing(world.sockets[ana], ROOM)
    await bo.until(lambda: bo.of_type("typing") != [])

    assert bo.of_type("typing") == [{"type": "typing", "conversation_id": ROOM, "user_id": ANA}]
    assert ana.of_type("typing") == []
    assert cy.of_type("typing") == []


async def test_presence_reaches_those_who_share_a_conversation_once(world):
    ana = await world.join(ANA, rooms=(ROOM, OTHER_ROOM))
    bo = await world.join(BO, rooms=(ROOM, OTHER_ROOM))
    stranger = await world.join(CY, rooms=())
    foreign = await world.join(BO, tenant="globex")

    await world.hub.presence.say(world.sockets[ana], "active")
    await world.hub.presence.say(world.sockets[ana], "active")
    await bo.until(lambda: len(bo.of_type("presence")) == 1)
    await world.hub.presence.say(world.sockets[ana], "away")
    await bo.until(lambda: len(bo.of_type("presence")) == 2)

    assert [frame["state"] for frame in bo.of_type("presence")] == ["active", "away"]
    assert ana.of_type("presence") == []
    assert stranger.of_type("presence") == []
    assert foreign.of_type("presence") == []


async def test_who_says_whom_they_show_hears_of_those_and_of_nobody_else(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    cy = await world.join(CY, rooms=())
    world.hub.presence.watch(world.sockets[cy], [ANA])
    world.hub.presence.watch(world.sockets[bo], [])

    await world.hub.presence.say(world.sockets[bo], "active")
    await world.hub.presence.say(world.sockets[ana], "active")
    await cy.until(lambda: any(one["state"] == "active" for one in cy.of_type("presence")))

    assert {one["user_id"] for one in cy.of_type("presence")} == {ANA}
    assert bo.of_type("presence") == []


async def test_who_comes_into_view_is_told_at_once_with_how_they_are(world):
    ana, cy = await world.join(ANA), await world.join(CY, rooms=())
    await world.hub.presence.say(world.sockets[ana], "active")
    async with asyncio.timeout(WAIT_S):
        while world.hub.presence._board.state_of(("acme", ANA)) != "active":
            await asyncio.sleep(0.005)

    world.hub.presence.watch(world.sockets[cy], [ANA, BO])
    await cy.until(lambda: len(cy.of_type("presence")) == 2)

    told = {one["user_id"]: one["state"] for one in cy.of_type("presence")}
    assert told == {ANA: "active", BO: "offline"}


async def test_a_guest_learns_nothing_of_strangers_by_watching_them(world):
    ana = await world.join(ANA)
    eve = await world.join(CY, rooms=(OTHER_ROOM,))
    socket = world.sockets[eve]
    socket.person = Person("acme", CY, "session:1", is_guest=True)
    world.hub.presence.watch(socket, [ANA])
    watching_too = await world.join(BO, rooms=())
    world.hub.presence.watch(world.sockets[watching_too], [ANA])

    await world.hub.presence.say(world.sockets[ana], "active")
    await watching_too.until(
        lambda: any(one["state"] == "active" for one in watching_too.of_type("presence"))
    )

    assert [one["state"] for one in eve.of_type("presence") if one["state"] != "offline"] == []


async def test_what_changes_within_a_moment_is_told_once(world):
    ana, bo = await world.join(ANA), await world.join(BO, rooms=())
    world.hub.presence.watch(world.sockets[bo], [ANA])
    await bo.until(lambda: len(bo.of_type("presence")) == 1)

    for state in ("active", "away") * 50:
        await world.hub.presence.say(world.sockets[ana], state)
    await bo.until(lambda: len(bo.of_type("presence")) == 2)
    await asyncio.sleep(0.2)

    assert [one["state"] for one in bo.of_type("presence")] == ["offline", "away"]


async def test_a_status_is_told_to_those_who_have_the_person_in_view(world):
    ana, bo = await world.join(ANA), await world.join(BO, rooms=())
    world.hub.presence.watch(world.sockets[bo], [ANA])
    await world.hub.presence.say(world.sockets[ana], "active")
    status = {"emoji": "", "text": "at lunch", "expires_at": None, "dnd_until": None}

    event = "chancery.status.changed.v1"
    world.publish_own(world.journal.append_own("acme", ANA, event, status=status), ANA)
    await bo.until(lambda: any("status" in one for one in bo.of_type("presence")))

    assert [one["status"] for one in bo.of_type("presence") if "status" in one] == [status]


async def test_under_load_typing_is_the_first_thing_to_go(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    await world.hub.typing(world.sockets[ana], ROOM)
    await bo.until(lambda: len(bo.of_type("typing")) == 1)

    world.hub.busy_until = world.hub.now() + 60
    await world.hub.typing(world.sockets[ana], ROOM)
    world.publish(world.post())
    await bo.until(lambda: bo.seqs() == [1])
    assert len(bo.of_type("typing")) == 1

    world.hub.busy_until = world.hub.now()
    await world.hub.typing(world.sockets[ana], ROOM)
    await bo.until(lambda: len(bo.of_type("typing")) == 2)


async def test_what_reached_a_client_is_noted_and_told_to_the_conversation(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    world.publish(world.post())
    await bo.until(lambda: bo.seqs() == [1])

    world.hub.receipts.delivered(world.sockets[bo], {ROOM: 99, OTHER_ROOM: 3})
    await ana.until(lambda: ana.of_type("receipts") != [])

    assert world.journal.delivered == {("acme", ROOM, BO): 1}
    (told,) = ana.of_type("receipts")
    assert told["items"] == [{"user_id": BO, "delivered_seq": 1}]


async def test_reading_is_told_too_and_nothing_where_receipts_are_off(world):
    ana, bo = await world.join(ANA), await world.join(BO)
    moved = "chancery.cursor.moved.v1"

    def read(seq: int) -> None:
        frame = world.journal.append_own("acme", BO, moved, conversation_id=ROOM, read_seq=seq)
        world.publish_own(frame, BO)

    read(4)
    await ana.until(lambda: ana.of_type("receipts") != [])
    assert ana.of_type("receipts")[0]["items"] == [{"user_id": BO, "read_seq": 4}]

    world.journal.shows_receipts = False
    read(5)
    await bo.until(lambda: len([f for f in bo.of_type("event") if f["event"] == moved]) == 2)
    async with asyncio.timeout(WAIT_S):
        while world.hub.receipts._waiting:
            await asyncio.sleep(0.01)
    assert len(ana.of_type("receipts")) == 1


async def test_an_archived_conversation_takes_no_typing(world):
    ana = await world.join()
    archived = world.journal.append("acme", ROOM, "chancery.conversation.archived.v1")
    world.publish(archived)
    await ana.until(lambda: ana.seqs() == [1])
    assert not world.hub.may_post(world.sockets[ana], ROOM)

    restored = world.journal.append("acme", ROOM, "chancery.conversation.restored.v1")
    world.publish(restored)
    await ana.until(lambda: ana.seqs() == [1, 2])
    assert world.hub.may_post(world.sockets[ana], ROOM)


async def test_drain_tells_everybody_and_closes(world):
    clients = [await world.join(user) for user in (ANA, BO)]

    world.hub.drain()

    for client in clients:
        (drain,) = client.of_type("drain")
        assert 0 <= drain["retry_after_ms"] <= QUICK.drain_span_ms
        assert client.closed_with == 1012


async def test_sockets_per_person_are_limited(valkey):
    world = await make_world(valkey, HubLimits(sockets_per_user=2, sockets_per_tenant=3))
    try:
        ana = [await world.join(ANA), await world.join(ANA)]
        assert not world.hub.has_room_for(Person("acme", ANA, "s"))
        assert world.hub.has_room_for(Person("globex", ANA, "s"))
        await world.join(BO)
        assert not world.hub.has_room_for(Person("acme", CY, "s"))
        world.hub.leave(world.sockets[ana[0]])
        assert world.hub.has_room_for(Person("acme", ANA, "s"))
    finally:
        await world.hub.close()


async def test_a_person_who_left_is_forgotten_completely(world):
    ana = await world.join()
    world.hub.leave(world.sockets[ana])
    world.hub.leave(world.sockets[ana])

    assert world.hub.numbers()["sockets"] == 0
    world.publish(world.post())
    bo = await world.join(BO)
    world.publish(world.post())
    await bo.until(lambda: bo.seqs() == [2])
    assert ana.of_type("event") == []


async def test_the_stock_layer_and_the_bus_are_interchangeable(world, valkey):
    from channels_redis.pubsub import RedisPubSubChannelLayer

    stock = RedisPubSubChannelLayer(hosts=[valkey.url], prefix="chancery")
    ana = await world.join()
    topic = Topic.of("acme", CONVERSATION, ROOM).name

    # Stock layer to our hub.
    message = {"type": "live.frame", "topic": topic, "frame": world.post()}
    await stock.group_send(topic, message)
    await ana.until(lambda: ana.seqs() == [1])

    # Our bus to a stock layer.
    channel = await stock.new_channel()
    await stock.group_add(topic, channel)
    frame = world.post()
    received = asyncio.create_task(stock.receive(channel))
    while not received.done():
        world.publish(frame)
        await asyncio.wait([received], timeout=0.05)
    assert received.result() == {"type": "live.frame", "topic": topic, "frame": frame}
    await stock.flush()


async def test_who_joined_later_gets_no_edit_of_what_was_before(world):
    """Only the number of such an edit counts for them; everybody else sees it."""
    old = world.post(text="old")
    world.publish(old)
    ana = await world.join(ANA)
    bo, person = Client(), Person("acme", BO, "session:2")
    socket = Socket(person, "2", bo.send)
    name = Topic.of("acme", CONVERSATION, ROOM).name
    world.hub.join(socket, {name: 1}, begins={name: 2})

    edited = world.journal.append("acme", ROOM, EDITED, seq=1, text="secret")
    world.publish(edited, world.journal.append("acme", ROOM, EDITED, seq=2, text="new"))
    await ana.until(lambda: len(ana.seqs()) == 2)
    await bo.until(lambda: len(bo.seqs()) == 2)

    assert [frame["data"]["text"] for frame in ana.of_type("event")] == ["secret", "new"]
    assert [frame["data"] and frame["data"]["text"] for frame in bo.of_type("event")] == [
        None,
        "new",
    ]


async def test_a_resume_begins_no_earlier_than_ones_history(world):
    world.publish(world.post(text="old"), world.post(text="new"))
    bo, person = Client(), Person("acme", BO, "session:2")
    socket = Socket(person, "2", bo.send)
    name = Topic.of("acme", CONVERSATION, ROOM).name
    world.journal.append("acme", ROOM, EDITED, seq=1, text="secret")
    world.hub.join(socket, {name: 3}, begins={name: 2})
    await world.settled()

    await world.hub.catch_up.resume(socket, {name: 0})
    await world.hub.catch_up.resume(socket, {name: 1})
    await bo.until(lambda: len(bo.seqs()) == 2)

    assert bo.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]
    shown = [
        (frame["seq"], frame["data"] and frame["data"]["text"]) for frame in bo.of_type("event")
    ]
    assert shown == [(2, "new"), (3, None)]
