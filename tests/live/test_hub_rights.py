"""Who loses a right hears nothing after it, on the hub of a real Valkey; tenants never mix."""

import uuid

import pytest

from messaging.live.frames import CONVERSATION, Topic
from messaging.live.ports import HubLimits
from messaging.live.socket import Person, Socket
from tests.live.gateway import ANA, BO, OTHER_ROOM, QUICK, ROOM, Client, make_world

pytestmark = pytest.mark.asyncio

EDITED = "chancery.message.edited.v1"


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


async def test_two_tenants_with_the_same_conversation_id_never_mix(world):
    ana = await world.join(ANA, tenant="acme")
    dee = await world.join(ANA, tenant="globex")

    world.publish(world.post(tenant="acme", text="acme's"), tenant="acme")
    world.publish(world.post(tenant="globex", text="globex'"), tenant="globex")
    await ana.until(lambda: ana.seqs() == [1])
    await dee.until(lambda: dee.seqs() == [1])

    assert [frame["data"]["tenant"] for frame in ana.of_type("event")] == ["acme"]
    assert [frame["data"]["tenant"] for frame in dee.of_type("event")] == ["globex"]


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
