"""PostgreSQL and Redis for as long as anybody needs them.

    from launch.servers import servers

    with servers(data_dir, profile="test") as s:
        s.database_url, s.redis_url

Starts the embedded servers of this data directory, or joins those that run already, in this
process or another; the last one out stops them. DATABASE_URL and REDIS_URL in the environment win:
what they name is used and not started. Profiles: "default" is durable, "test" is fast and may lose
everything at a power cut. Raises LaunchError, one sentence, when there is no way.

How it holds together: every user holds a shared lock on `run/users.lock`; a detached keeper
process (launch/keeper.py) owns the servers and stops them once it gets that lock alone. Locks go
with their process, so a killed user counts as gone.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from launch.child import gone_within
from launch.datadir import ROOT, DataDir, read_json
from launch.failure import LaunchError
from launch.locks import FileLock

Profile = Literal["default", "test"]
VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Servers:
    """Where the servers are. `pids()` names the processes, for those who measure or break them."""

    database_url: str
    redis_url: str
    data_dir: Path
    lease: "Lease | None" = field(default=None, repr=False, compare=False)

    def environment(self) -> dict[str, str]:
        """Return the variables by which the settings find the servers and the data."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "CHANCERY_DATA_DIR": str(self.data_dir),
        }

    def ensure(self) -> bool:
        """Bring the servers back after their keeper was killed; tell whether that was needed."""
        return self.lease is not None and self.lease.ensure()

    def pids(self) -> dict[str, int]:
        """Return the process ids of the embedded servers now: postgres, redis, keeper."""
        state = read_json(self.data_dir / "run" / "servers.json") or {}
        return {name: part["pid"] for name, part in state.items() if part.get("pid")}


class Lease:
    """One user's hold on the embedded servers of a data directory."""

    def __init__(self, data_dir: Path, profile: Profile, names: list[str]) -> None:
        self._data_dir = DataDir.prepare(data_dir)
        self._profile = profile
        self._names = names
        self._users = self._lock("users.lock")

    def take(self) -> Servers:
        """Join the servers, starting them first where needed."""
        if not self._users.wait_shared(STOP_TIMEOUT_S):
            raise LaunchError(
                f"The servers of {self._data_dir.path} are being stopped and do not end."
            )
        self.ensure()
        state = self._matching_state()
        urls = {
            name: os.environ.get(variable, "") or state[name]["url"]
            for name, variable in VARIABLES.items()
        }
        return Servers(urls["postgres"], urls["redis"], self._data_dir.path, self)

    def ensure(self) -> bool:
        """Start a keeper where none runs, at first or after one was killed; tell if that was so.

        The servers come back at the address they had: passwords stay, ports too unless taken.
        """
        with self._lock("start.lock") as turn:
            if not turn.wait_exclusive(START_TIMEOUT_S):
                raise LaunchError(
                    f"Another process has been starting the servers of {self._data_dir.path}"
                    f" for more than {START_TIMEOUT_S:.0f} s: stop that one."
                )
            if self._keeper_runs() and (self._data_dir.run / "servers.json").exists():
                return False
            self._start_keeper()
            return True

    def release(self) -> None:
        """Leave; the last one out stops the servers and waits until they have ended."""
        if not self._users.try_exclusive():
            return self._users.close()
        # While this lock is ours nobody can join, and the keeper does not compete: it only tries.
        state = read_json(self._data_dir.run / "servers.json")
        if state is not None and self._keeper_runs():
            with suppress(ProcessLookupError):
                os.kill(state["keeper"]["pid"], signal.SIGTERM)
                gone_within(state["keeper"]["pid"], STOP_TIMEOUT_S)
        with self._lock("keeper.lock") as keeper:  # one that has not said yet where it is
            keeper.wait_exclusive(STOP_TIMEOUT_S)
        self._users.close()

    def _keeper_runs(self) -> bool:
        with self._lock("keeper.lock") as keeper:
            return not keeper.try_exclusive()

    def _start_keeper(self) -> None:
        with (self._data_dir.log / "keeper.log").open("ab") as log:
            keeper = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "launch.keeper",
                    str(self._data_dir.path),
                    self._profile,
                    *self._names,
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert keeper.stdout is not None
        with keeper.stdout:
            line = keeper.stdout.readline()
        answer = json.loads(line) if line else {}
        if "error" in answer:
            raise LaunchError(answer["error"])
        if "ready" not in answer:
            raise LaunchError(
                f"The embedded servers did not start; see {self._data_dir.log / 'keeper.log'}."
            )

    def _matching_state(self) -> dict[str, dict[str, str]]:
        state = read_json(self._data_dir.run / "servers.json") or {}
        running_profile = state.get("profile", {}).get("name")
        if running_profile != self._profile:
            raise LaunchError(
                f"The servers of {self._data_dir.path} run with the profile '{running_profile}',"
                f" not '{self._profile}': use another CHANCERY_DATA_DIR."
            )
        missing = [VARIABLES[name] for name in self._names if name not in state]
        if missing:
            raise LaunchError(
                f"The servers of {self._data_dir.path} were started with"
                f" {' and '.join(missing)} set: set the same here, or stop what runs there first."
            )
        return state

    def _lock(self, name: str) -> FileLock:
        try:
            return FileLock(self._data_dir.run / name)
        except PermissionError:
            raise LaunchError(
                f"{self._data_dir.path} belongs to another account: run as that one,"
                " or choose another place with CHANCERY_DATA_DIR."
            ) from None


@contextmanager
def servers(data_dir: Path, profile: Profile = "default") -> Iterator[Servers]:
    """Have PostgreSQL and Redis for the duration of the block."""
    wanted = [name for name, variable in VARIABLES.items() if not os.environ.get(variable)]
    if not wanted:
        yield Servers(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], data_dir)
        return
    lease = Lease(data_dir, profile, wanted)
    try:
        yield lease.take()
    finally:
        lease.release()
