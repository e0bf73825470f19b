"""What passes and is not kept, on the hub of a real Valkey: typing, presence, receipts."""

import asyncio

import pytest

from messaging.live.ports import HubLimits
from messaging.live.socket import Person
from tests.live.gateway import (
    ANA,
    BO,
    CY,
    OTHER_ROOM,
    ROOM,
    WAIT_S,
    make_world,
)

pytestmark = pytest.mark.asyncio


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
    # What was still on its way would come before this one.
    await world.hub.presence.say(world.sockets[ana], "active")
    await bo.until(lambda: bo.of_type("presence")[-1]["state"] == "active")

    assert [one["state"] for one in bo.of_type("presence")] == ["offline", "away", "active"]


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
