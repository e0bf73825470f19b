"""What a socket may be asked: each kind of frame, tried with conversations of other people."""

import uuid

import pytest

from messaging.live.protocol import _READERS
from tests.live.test_consumer import Connection, Line, line, make_room, post

__all__ = ["line"]

pytestmark = pytest.mark.asyncio

FRAMES = {
    "resume": lambda id_: {"type": "resume", "after": {id_: 0}},
    "typing": lambda id_: {"type": "typing", "conversation_id": id_},
    "delivered": lambda id_: {"type": "delivered", "heads": {id_: 1}},
    "watch": lambda id_: {"type": "watch", "user_ids": [id_]},
    "presence": lambda id_: {"type": "presence", "state": "away"},
    "pong": lambda id_: {"type": "pong"},
}
"""One of each kind that names a conversation where it can."""


async def test_every_kind_of_frame_is_tried_here():
    assert set(FRAMES) == set(_READERS)


@pytest.mark.parametrize("kind", FRAMES)
async def test_a_strangers_frames_get_and_give_nothing(cast, line: Line, kind: str):
    room = await make_room(cast.ana, cast.bo)
    await post(cast.ana, room, "between us")
    bo = await line.connect(cast.bo)
    for person in (cast.cy, cast.eve, cast.dee):
        known = await _answers(await line.connect(person), kind, str(room))
        unknown = await _answers(await line.connect(person), kind, str(uuid.uuid4()))

        assert known == unknown
        assert "between us" not in known
    assert not bo.of_type("typing")


async def test_hello_names_no_conversation_of_others(cast, line: Line):
    room = await make_room(cast.ana, cast.bo)

    for person in (cast.cy, cast.eve, cast.dee):
        stranger = await line.connect(person)
        assert str(room) not in str(stranger.frames)


async def test_presence_stays_within_the_organisation(cast, line: Line):
    await make_room(cast.ana, cast.bo)
    dee = await line.connect(cast.dee)
    bo = await line.connect(cast.bo)

    ana = await line.connect(cast.ana)
    ana.say({"type": "presence", "state": "active"})
    await bo.until(lambda: bo.of_type("presence") != [])

    assert str(cast.ana.id) not in str(dee.frames)


async def _answers(socket: Connection, kind: str, conversation_id: str) -> str:
    """All that a frame is answered, with the id that was asked for taken out.

    What follows it is certainly refused: that answer comes last.
    """
    before = len(socket.frames)
    socket.say(FRAMES[kind](conversation_id))
    socket.say({"type": "no such type"})
    await socket.until(lambda: any(f.get("code") == "unknown_type" for f in socket.frames[before:]))
    answers = [f for f in socket.frames[before:] if f["type"] not in {"presence", "ping"}]
    return str(answers).replace(conversation_id, "ID")
