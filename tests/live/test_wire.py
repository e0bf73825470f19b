"""Messages written past the server's `send`: the same bytes in the same order, to a real client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from messaging.live.socket import Person, Socket
from messaging.live.wire import encoded, server_of, write_past
from tests.live.gateway import WAIT_S, Client

pytestmark = pytest.mark.asyncio


class Served:
    """One accepted connection: our socket, the server's protocol, and the client at its end."""

    def __init__(self) -> None:
        self.socket: Socket
        self.client: ClientConnection

    @property
    def server(self) -> WebSocketsSansIOProtocol:
        server = self.socket._server
        assert server is not None
        return server

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.socket = Socket(Person("acme", "ana", "session:1"), "1", send)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    def write(self, text: str) -> None:
        self.socket.write("room", text, message=encoded(text))

    async def received(self, many: int) -> list[str | bytes]:
        return [await asyncio.wait_for(self.client.recv(), WAIT_S) for _ in range(many)]


@asynccontextmanager
async def served(*, compressed: bool = False) -> AsyncIterator[Served]:
    made = Served()
    config = Config(
        made.application,
        interface="asgi3",
        ws="websockets-sansio",
        ws_per_message_deflate=compressed,
        log_config=None,
    )
    config.load()
    state = ServerState()
    listener = await asyncio.get_running_loop().create_server(
        lambda: WebSocketsSansIOProtocol(config, state, {}), "127.0.0.1", 0
    )
    port = listener.sockets[0].getsockname()[1]
    compression = "deflate" if compressed else None
    async with connect(f"ws://127.0.0.1:{port}", compression=compression) as client:
        made.client = client
        await client.send("here")  # the application is reading: the socket is made
        while not hasattr(made, "socket"):
            await asyncio.sleep(0)
        yield made
    listener.close()
    await asyncio.gather(*state.tasks)


@pytest.fixture
def as_asgi(monkeypatch) -> list[str]:
    """What was sent by ASGI after all."""
    sent: list[str] = []
    send = WebSocketsSansIOProtocol.send

    async def noted(self: WebSocketsSansIOProtocol, message: Any) -> None:
        if message["type"] == "websocket.send":
            sent.append(message["text"])
        await send(self, message)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "send", noted)
    return sent


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
async def test_a_text_of_any_length_arrives_as_it_was(as_asgi, size):
    text = "ü" * (size // 2) + "x" * (size % 2)
    async with served() as one:
        one.write(text)

        assert await one.received(1) == [text]
        assert as_asgi == []


async def test_both_ways_keep_one_order(as_asgi):
    async with served() as one:
        one.write("1")
        one.socket.write("room", "2")
        one.write("3")
        one.socket.tell({"n": 4})
        one.write("5")

        assert await one.received(5) == ["1", "2", "3", '{"n":4}', "5"]
        assert as_asgi == ["2", '{"n":4}']


async def test_whoever_does_not_read_is_written_to_by_asgi_which_waits(as_asgi):
    async with served() as one:
        one.server.pause_writing()
        one.write("1")
        one.write("2")

        assert one.socket.waiting_frames == 1
        one.server.resume_writing()
        assert await one.received(2) == ["1", "2"]
        assert as_asgi == ["1", "2"]


async def test_a_client_that_compresses_gets_its_frames_by_asgi(as_asgi):
    async with served(compressed=True) as one:
        one.write("again and again and again")

        assert await one.received(1) == ["again and again and again"]
        assert as_asgi == ["again and again and again"]


async def test_nothing_follows_a_close():
    async with served() as one:
        one.write("1")
        await one.server.send({"type": "websocket.close", "code": 1012})

        assert not write_past(one.server, encoded("2"))
        assert await one.received(1) == ["1"]
        with pytest.raises(ConnectionClosed):
            await one.received(1)


async def test_a_transport_that_fails_closes_the_socket_and_raises_nothing(monkeypatch):
    async with served() as one:

        class Broken:
            def __getattr__(self, name: str) -> Any:
                return getattr(transport, name)

            def write(self, data: bytes) -> None:
                raise RuntimeError("the handler is closed")

        transport = one.server.transport
        monkeypatch.setattr(one.server, "transport", Broken())
        one.write("1")

        assert one.socket.is_closed


async def test_behind_another_server_everything_goes_by_asgi():
    client = Client()

    assert server_of(client.send) is None
