"""The hub against a real Valkey: order, gaps, reconnection, resuming, slow readers, limits."""

import asyncio
import uuid

import pytest

from events.bus import Bus
from messaging.live.buffer import Backlog
from messaging.live.frames import CONVERSATION, Topic
from messaging.live.hub import Hub
from messaging.live.layer import live_layer
from messaging.live.ports import HubLimits
from messaging.live.socket import Person, Socket
from tests.live.gateway import (
    ANA,
    BO,
    CY,
    OTHER_ROOM,
    QUICK,
    ROOM,
    WAIT_S,
    Client,
    World,
    make_world,
)
from tests.live.memory import MemoryJournal

pytestmark = pytest.mark.asyncio


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


async def test_with_redis_stopped_frames_come_from_the_journal_and_live_returns(own_valkey):
    world = await make_world(own_valkey)
    try:
        ana = await world.join()
        own_valkey.stop()
        frame = world.post()
        topic = Topic.of("acme", CONVERSATION, ROOM).name
        assert world.bus.publish([(topic, frame)]) is False
        await ana.until(lambda: ana.seqs() == [1])

        bo = await asyncio.wait_for(world_join_unsettled(world, BO), WAIT_S)
        own_valkey.start()
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


async def world_join_unsettled(world: World, user_id: str) -> Client:
    """Connect somebody while Redis is away."""
    client = Client()
    socket = Socket(Person("acme", user_id, "s"), str(uuid.uuid4()), client.send)
    topic = Topic.of("acme", CONVERSATION, ROOM)
    world.hub.join(socket, {topic.name: world.journal.head("acme", ROOM)})
    return client


async def test_a_bus_that_was_down_announces_what_it_left_out(own_valkey):
    listener = own_valkey.client().pubsub()
    bus = Bus(own_valkey.url, retry_s=0.05)
    topic = Topic.of("acme", CONVERSATION, ROOM).name
    try:
        own_valkey.stop()
        assert bus.publish([(topic, b"{}")]) is False
        assert bus.publish([(topic, b"{}")]) is False
        assert not bus.is_up
        own_valkey.start()
        listener.subscribe(f"chancery__group__{topic}")
        async with asyncio.timeout(WAIT_S):
            while not bus.is_up:
                await asyncio.sleep(0.01)
        assert bus.publish([(topic, b"{}")]) is True
    finally:
        listener.close()


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


async def test_a_client_ahead_of_the_journal_starts_again(world):
    world.post()
    ana = await world.join()
    topic = Topic.of("acme", CONVERSATION, ROOM).name

    await world.hub.catch_up.resume(world.sockets[ana], {topic: 40})
    assert ana.of_type("resync") == [{"type": "resync", "conversation_id": ROOM}]
    world.publish(world.post())
    await ana.until(lambda: ana.seqs() == [2])


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
