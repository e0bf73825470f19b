"""What is measured: the product and the floor, as requests and processes."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote

import orjson

from tests.bench.machine import Components
from tests.bench.world import BENCH, token_of


class Target(Protocol):
    """Speaks to one of the two: each request is bytes ready to be sent."""

    port: int

    def post(self, person: str, room: str, text: str) -> bytes: ...
    def listen(self, person: str, room: str) -> bytes: ...
    def history(self, person: str, room: str) -> bytes: ...
    def search(self, person: str, words: str) -> bytes: ...
    def components(self) -> Components: ...


class ProductTarget:
    """The REST and live interfaces of one tenant, with a bearer token per person."""

    def __init__(self, port: int, processes: Components, tenant: str = BENCH) -> None:
        self.port = port
        self._processes = processes
        self._tenant = tenant

    def post(self, person: str, room: str, text: str) -> bytes:
        return self._http("POST", f"/api/v1/conversations/{room}/messages", person, {"text": text})

    def listen(self, person: str, room: str) -> bytes:
        return _handshake("/ws/v1", self._host(), f"Authorization: Bearer {token_of(person)}")

    def history(self, person: str, room: str) -> bytes:
        return self._http("GET", f"/api/v1/conversations/{room}/messages?limit=50", person)

    def search(self, person: str, words: str) -> bytes:
        return self._http("GET", f"/api/v1/search?q={quote(words)}", person)

    def get(self, person: str, path: str) -> bytes:
        return self._http("GET", f"/api/v1{path}", person)

    def components(self) -> Components:
        return self._processes

    def _host(self) -> str:
        return f"{self._tenant}.localhost:{self.port}"

    def _http(self, method: str, path: str, person: str, body: object = None) -> bytes:
        credential = f"Authorization: Bearer {token_of(person)}"
        return _request(method, path, self._host(), [credential], body)


class FloorTarget:
    """The floor knows rooms only by what a request says."""

    def __init__(self, port: int, floor: int, postgres: int) -> None:
        self.port = port
        self._processes = {"web": [floor], "postgres": [postgres]}

    def post(self, person: str, room: str, text: str) -> bytes:
        path = f"/?room={room}&author={person}"
        return _request("POST", path, "localhost", [], {"text": text})

    def listen(self, person: str, room: str) -> bytes:
        return _handshake(f"/?room={room}", "localhost")

    def history(self, person: str, room: str) -> bytes:
        return _request("GET", f"/?room={room}", "localhost", [])

    def search(self, person: str, words: str) -> bytes:
        return _request("GET", f"/?q={quote(words)}", "localhost", [])

    def components(self) -> Components:
        return self._processes


def _request(
    method: str, path: str, host: str, headers: Sequence[str], body: object = None
) -> bytes:
    content = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def _handshake(path: str, host: str, *headers: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: Y2hhbmNlcnktYmVuY2gtMQ==",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()
