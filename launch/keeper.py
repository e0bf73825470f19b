"""The keeper: a small detached process that runs the embedded servers of one data directory.

The servers are shared by processes that come and go, so none of those can be their parent. The
keeper is started by the first that needs them, restarts a server that dies (same port, same
password), and stops both when it can take the users' lock alone, that is when the last user has
gone, even one that was killed. When the keeper itself is killed, the kernel ends the servers.

    python -m launch.keeper DATA_DIR PROFILE SERVER...
"""

import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from launch.account import server_account
from launch.datadir import DataDir, port_is_free, write_private
from launch.failure import LaunchError
from launch.locks import FileLock
from launch.postgres import Postgres
from launch.redis import Redis

LOOK_EVERY_S = 1.0
RETRY_AFTER_S = 1.0
Server = Postgres | Redis


class Keeper:
    """Runs the servers and writes down where they are."""

    def __init__(self, data_dir: DataDir, profile: str, names: list[str]) -> None:
        self._data_dir = data_dir
        self._profile = profile
        account = server_account()
        self._servers: dict[str, Server] = {}
        self._ports: dict[str, int] = {}
        if "postgres" in names:
            self._servers["postgres"] = Postgres(
                data_dir.path,
                profile=profile,
                account=account,
                password=data_dir.secret("postgres"),
            )
        if "redis" in names:
            self._servers["redis"] = Redis(
                data_dir.path, account=account, password=data_dir.secret("redis")
            )

    def start(self) -> None:
        for name, server in self._servers.items():
            self._start(name, server)
        self._write_state()

    def stop(self) -> None:
        (self._data_dir.run / "servers.json").unlink(missing_ok=True)
        for server in reversed(self._servers.values()):
            server.stop()

    def revive(self) -> None:
        """Start again what has ended by itself; those who use it have its address already."""
        ended = {
            name: server
            for name, server in self._servers.items()
            if server.process is None or server.process.poll() is not None
        }
        for name, server in ended.items():
            _log(f"{name} has ended; starting it again")
            try:
                server.start(self._ports[name])
            except LaunchError as error:
                _log(str(error))
                time.sleep(RETRY_AFTER_S)
        if ended:
            self._write_state()

    def _start(self, name: str, server: Server) -> None:
        for attempts_left in (2, 1, 0):
            port = self._ports[name] = self._data_dir.port(name)
            try:
                return server.start(port)
            except LaunchError:
                # Somebody may have taken the port between our look and the server's.
                if port_is_free(port) or not attempts_left:
                    raise

    def _write_state(self) -> None:
        state = {
            name: {
                "url": server.url(self._ports[name]),
                "port": self._ports[name],
                "pid": server.process.pid if server.process else None,
            }
            for name, server in self._servers.items()
        }
        state |= {"keeper": {"pid": os.getpid()}, "profile": {"name": self._profile}}
        write_private(self._data_dir.run / "servers.json", json.dumps(state))


def main(arguments: list[str]) -> int:
    path, profile, *names = arguments
    signals = _signals()
    data_dir = DataDir(Path(path))
    with (
        FileLock(data_dir.run / "keeper.lock") as ours,
        FileLock(data_dir.run / "users.lock") as users,
    ):
        # The keeper before may still be on its way out.
        if not ours.wait_exclusive(30):
            return _report({"error": f"Another keeper has {data_dir.path} and does not let go."})
        keeper = None
        try:
            keeper = Keeper(data_dir, profile, names)
            keeper.start()
            _report({"ready": True})
            while not users.try_exclusive() and not _told_to_stop(signals):
                keeper.revive()
        except LaunchError as error:
            return _report({"error": str(error)})
        except OSError as error:
            why = f"{error.strerror or error}: {error.filename or path}"
            return _report({"error": f"The embedded servers could not start ({why})."})
        finally:
            if keeper is not None:
                keeper.stop()
    return 0


def _signals() -> socket.socket:
    """Make signals readable, so that one wait covers a dying server and an order to stop."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return reader


def _told_to_stop(signals: socket.socket) -> bool:
    select.select([signals], [], [], LOOK_EVERY_S)
    with suppress(BlockingIOError):
        return signal.SIGTERM in signals.recv(64)
    return False


def _report(line: dict[str, object]) -> int:
    """Tell the process that started us how it went, then let go of it: it may end before us."""
    with suppress(OSError):
        os.write(1, json.dumps(line).encode() + b"\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 1 if "error" in line else 0


def _log(text: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
