"""One message, encoded once, written to many sockets past the server's ASGI interface.

By ASGI each socket costs a coroutine, a task and an encoding of the same bytes anew: half of what a
delivery costs. Where the server is uvicorn's sans-I/O protocol, and nothing stands in the way, the
bytes go straight to its transport, where `send` would put the same ones. In every other case, and
for every other server, the caller sends as ever.
"""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State


def encoded(text: str) -> bytes:
    """A text message as it travels to a client that has negotiated no compression."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def server_of(send: Callable[..., Any]) -> WebSocketsSansIOProtocol | None:
    """The server's protocol behind an ASGI `send`; None where it is another one."""
    server = getattr(send, "__self__", None)
    return server if isinstance(server, WebSocketsSansIOProtocol) else None


def write_past(server: WebSocketsSansIOProtocol, message: bytes) -> bool:
    """Write an encoded message at once; False where `send` would wait, refuse or compress.

    Errors  whatever the transport raises for a client that went away.
    """
    conn = server.conn
    is_free = (
        server.handshake_complete
        and not server.disconnected
        and not server.close_sent
        and server.writable.is_set()
        and conn.state is State.OPEN
        and not conn.extensions
        and not conn.writes
    )
    if is_free:
        server.transport.write(message)
    return is_free
