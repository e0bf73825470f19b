"""A client that listens: applies frames in order, asks for what is missing, never reconnects."""

import json
import socket
import threading
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.faults.product import HOST, Product, Web
from tests.launch.waiting import eventually


class Listener:
    """One socket of one person; what it heard of one conversation."""

    def __init__(self, product: Product, who: str, web: Web, conversation_id: str) -> None:
        self._id = conversation_id
        self._api: httpx.Client = product.api(who, web)
        self.frames: list[dict[str, Any]] = []
        self.own: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []
        self.closed: str | None = None
        self._asked_up_to = 0
        raw = socket.create_connection(("127.0.0.1", web.port), timeout=10)
        self._socket = connect(
            f"ws://{HOST}:{web.port}/ws/v1",
            sock=raw,
            additional_headers={"Authorization": f"Bearer {product.tokens[who]}"},
            ping_interval=None,
            compression=None,
        )
        self.hello = json.loads(self._socket.recv(timeout=10))
        self.last = self.hello["heads"][conversation_id]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.close()
        self._thread.join(10)

    @property
    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in self.frames]

    @property
    def keys(self) -> list[str]:
        """The keys of the messages that were told as new."""
        created = [frame for frame in self.frames if ".message.created." in frame["event"]]
        return [frame["data"]["key"] for frame in created]

    def reaches(self, seq: int, *, within_s: float) -> bool:
        """Wait until everything up to a number was heard."""
        return eventually(lambda: self.last >= seq or self.closed is not None, within_s=within_s)

    def _listen(self) -> None:
        try:
            for text in self._socket:
                told = json.loads(text)
                for frame in told if isinstance(told, list) else [told]:
                    self._take(frame)
        except ConnectionClosed as end:
            self.closed = str(end)

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ping":
            self._socket.send(json.dumps({"type": "pong"}))
            if frame["heads"].get(self._id, 0) > self.last:
                self._reload()
        if frame["type"] == "resync" and frame["conversation_id"] == self._id:
            self._reload()
        if frame["type"] == "event":
            self._note(frame)

    def _note(self, frame: dict[str, Any]) -> None:
        if frame["stream"] == "user":
            self.own.append(frame)
        elif frame["conversation_id"] != self._id:
            self.others.append(frame)
        elif frame["seq"] > self._asked_up_to:
            self.frames.append(frame)
            self.last = max(self.last, frame["seq"])

    def _reload(self) -> None:
        """Ask for what is missing; what then comes by the socket, too, is known."""
        missed = self._api.get(f"/conversations/{self._id}/events", params={"after_seq": self.last})
        for frame in missed.json()["items"]:
            self._note(frame)
        self._asked_up_to = self.last
