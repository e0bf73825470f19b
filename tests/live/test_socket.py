"""Writing to one client: at once where possible, bounded where not, and over when it is over."""

import asyncio

import pytest

from messaging.live import socket as socket_module
from messaging.live.buffer import OWN, Backlog
from messaging.live.socket import Person, Socket
from tests.live.gateway import WAIT_S, Client

pytestmark = pytest.mark.asyncio


def make_socket(client: Client, *, backlog: Backlog | None = None) -> Socket:
    return Socket(Person("acme", "ana", "session:1"), "1", client.send, backlog=backlog)


def event(seq: int) -> str:
    return f'{{"type": "event", "conversation_id": "room", "seq": {seq}}}'


async def test_a_frame_is_on_its_way_when_write_returns():
    client = Client()
    socket = make_socket(client)

    socket.write("room", event(1))

    assert client.seqs() == [1]
    assert socket.waiting_frames == 0


async def test_what_waits_is_written_in_order_when_the_reader_reads_again():
    client = Client()
    socket = make_socket(client)
    client.stop_reading()
    for seq in range(1, 6):
        socket.write("room", event(seq))
    assert client.frames == []

    client.read_again()
    await client.until(lambda: len(client.frames) == 5)
    socket.write("room", event(6))

    assert client.seqs() == [1, 2, 3, 4, 5, 6]


async def test_typing_is_not_kept_for_a_slow_reader_beyond_the_bound():
    client = Client()
    socket = make_socket(client, backlog=Backlog(most_frames=1))
    client.stop_reading()
    socket.write("room", event(1))
    socket.write("room", event(2))
    socket.tell({"type": "typing"}, is_fleeting=True)

    client.read_again()
    await client.until(lambda: len(client.frames) == 2)

    assert client.seqs() == [1, 2]


async def test_losing_what_is_ones_own_is_told_without_a_conversation():
    client = Client()
    socket = make_socket(client, backlog=Backlog(most_frames=2))
    client.stop_reading()
    for seq in range(1, 6):
        socket.write(OWN, event(seq))

    client.read_again()
    await client.until(lambda: client.of_type("resync") != [])

    assert client.of_type("resync") == [{"type": "resync", "conversation_id": None}]


async def test_nothing_is_written_after_the_end():
    client = Client()
    socket = make_socket(client)

    socket.close(4403, last={"type": "drain"})
    socket.close(1012)
    socket.write("room", event(1))

    assert client.frames == [{"type": "drain"}]
    assert client.closed_with == 4403


async def test_a_reader_that_does_not_even_take_the_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(socket_module, "CLOSE_GRACE_S", 0.01)
    client = Client()
    socket = make_socket(client)
    reader = asyncio.create_task(asyncio.Event().wait())
    socket.read_by(reader)
    client.stop_reading()
    socket.write("room", event(1))

    socket.close(4408)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(reader, WAIT_S)
    assert client.closed_with is None
    assert socket.waiting_frames == 0


async def test_a_client_that_went_away_is_no_error():
    async def gone(message: dict) -> None:
        raise ConnectionResetError

    socket = Socket(Person("acme", "ana", "session:1"), "1", gone)

    socket.write("room", event(1))
    socket.write("room", event(2))

    assert socket.is_closed
