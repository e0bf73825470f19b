"""A real server process, as `make up` runs it: HTTP and sockets on one port, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.conf import settings
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.cast import Person
from tests.live.gateway import WAIT_S

ROOT = Path(__file__).parent.parent.parent


class Server:
    """uvicorn with our application, on a free port."""

    def __init__(self, *options: str) -> None:
        # Bound before the process starts: nobody else can take the port meanwhile.
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
                *("--fd", str(self._listener.fileno()), "--ws", "websockets-sansio"),
                *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "5"),
                *options,
            ],
            cwd=ROOT,
            env={**os.environ, **_environment()},
            pass_fds=[self._listener.fileno()],
            stderr=subprocess.PIPE,
        )

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def end(self) -> tuple[int, str]:
        """Wait for the end; the exit code and what was complained about."""
        _, complaints = self._process.communicate(timeout=WAIT_S)
        self._listener.close()
        return self._process.returncode, complaints.decode()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.close()

    def get(self, path: str, person: Person, token: str) -> tuple[int, Any]:
        headers = {"Host": person.host, "Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return answer.status, orjson.loads(answer.read())

    async def connect(self, person: Person, token: str) -> ClientConnection:
        return await connect(
            f"ws://{person.host}:{self.port}/ws/v1",
            host="127.0.0.1",
            port=self.port,
            additional_headers={"Authorization": f"Bearer {token}"},
            open_timeout=WAIT_S,
        )


async def read_to_the_end(client: ClientConnection) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    try:
        while True:
            frames.append(orjson.loads(await asyncio.wait_for(client.recv(), WAIT_S)))
    except ConnectionClosed:
        return frames


def _environment() -> dict[str, str]:
    """What the process needs to work on this test's database and Redis."""
    of = connection.settings_dict
    login = f"{quote(of['USER'])}:{quote(of['PASSWORD'])}"
    return {
        "CHANCERY_ENV": "test",
        "CHANCERY_SECRET_KEY": settings.SECRET_KEY,
        "CHANCERY_DATA_DIR": str(settings.CHANCERY_DATA_DIR),
        "CHANCERY_ROOT_DOMAIN": settings.CHANCERY_ROOT_DOMAIN,
        "DATABASE_URL": f"postgresql://{login}@{of['HOST']}:{of['PORT']}/{of['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
    }


@pytest.fixture
def server(cast, real_commits) -> Iterator[Server]:
    made = Server()
    yield made
    made.kill()


def test_http_and_sockets_share_a_port_and_the_end_is_announced(cast, server):
    token = cast.ana.token

    async def live_through_it() -> tuple[list[dict[str, Any]], int]:
        ana = await server.connect(cast.ana, token)
        frames = [orjson.loads(await asyncio.wait_for(ana.recv(), WAIT_S))]
        status, me = await asyncio.to_thread(server.get, "/api/v1/me", cast.ana, token)
        assert (status, me["id"]) == (200, str(cast.ana.id))
        server.terminate()
        frames += await read_to_the_end(ana)
        assert ana.close_code is not None
        return frames, ana.close_code

    frames, code = asyncio.run(live_through_it())

    assert [frame["type"] for frame in frames] == ["hello", "drain"]
    assert 0 <= frames[1]["retry_after_ms"] <= 5000
    assert code == 1012
    exit_code, complaints = server.end()
    assert "Traceback" not in complaints
    assert exit_code in (0, -signal.SIGTERM)


def test_a_denied_handshake_is_a_plain_404_and_no_complaint(cast, server):
    request = (
        b"GET /ws/v1 HTTP/1.1\r\nHost: nobody.localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as wire:
        wire.sendall(request)
        answer = wire.recv(4096)

    assert answer.startswith(b"HTTP/1.1 404 ")
    server.terminate()
    _, complaints = server.end()
    assert "ERROR" not in complaints


def test_a_client_that_never_reads_is_cut_off_at_the_end(cast, server):
    token = cast.ana.token
    request = (
        f"GET /ws/v1 HTTP/1.1\r\nHost: {cast.ana.host}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as wire:
        wire.sendall(request.encode())
        assert b" 101 " in wire.recv(4096)
        server.terminate()
        exit_code, complaints = server.end()

    assert "Traceback" not in complaints
    assert exit_code in (0, -signal.SIGTERM)
