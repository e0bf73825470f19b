"""The product as `make up` runs it, in processes that tests may kill, with servers of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg

from launch import up
from launch.datadir import ROOT
from launch.servers import servers
from tests.launch.places import free_port, without_servers
from tests.launch.waiting import eventually
from tests.valkey import Valkey

START_S = 60.0
TENANT = "acme"
HOST = "acme.localhost"


class Program:
    """One process of the product; killed without a word, and started again."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self._process is not None:
            # With all that it started: a worker's clock would outlive it.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def said(self) -> str:
        return self._log.read_text(errors="replace")


class Web(Program):
    """A web process and the port it serves."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__(up.web(self.port), environment | {"PORT": str(self.port)}, log)

    def start(self) -> None:
        super().start()
        assert eventually(self._answers, within_s=START_S), self.said()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False


class Product:
    """PostgreSQL (embedded, durable), Valkey of our own, two web processes, relay and worker."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._folder = folder
        self.valkey = Valkey(folder)
        self.valkey.start()
        self._stack.callback(self.valkey.stop)
        outside = {"REDIS_URL": self.valkey.url}
        with _environ(outside):
            self._servers = self._stack.enter_context(servers(folder / "data"))
        self.database_url = self._servers.database_url
        environment = without_servers() | self._servers.environment() | SETTINGS | outside
        self.tokens = _prepare(environment)
        self.one, self.two = (
            Web(environment, folder / f"{name}.log") for name in ("web-one", "web-two")
        )
        self.relay = Program(up.relay(), environment, folder / "relay.log")
        self.worker = Program(up.worker(), environment, folder / "worker.log")
        for program in self.programs:
            self._stack.callback(program.kill)
            program.start()

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.one, self.two, self.relay, self.worker

    def close(self) -> None:
        self._stack.close()

    def logs(self) -> str:
        """What all the product's processes said."""
        return "\n".join(path.read_text(errors="replace") for path in self._folder.glob("*.log"))

    def restart_database_at_once(self) -> None:
        """As `pg_ctl restart -m immediate`: no clean shutdown, recovery from the log."""
        before = self._servers.pids()["postgres"]
        os.kill(before, signal.SIGQUIT)
        assert eventually(lambda: self._servers.pids().get("postgres", before) != before)

    def database(self) -> psycopg.Connection:
        """A connection of the test's own, in the tenant's schema."""
        connection = psycopg.connect(self.database_url, autocommit=True)
        connection.execute("SET search_path = t_acme, public")
        return connection

    def api(self, who: str, web: Web) -> httpx.Client:
        """The REST API as one person, by one web process."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{web.port}/api/v1",
            headers={"Authorization": f"Bearer {self.tokens[who]}", "Host": HOST},
            timeout=30,
        )


SETTINGS = {
    "CHANCERY_ENV": "test",
    "CHANCERY_SECRET_KEY": "a key for tests that protects nothing at all, 0123456789",
    "CHANCERY_ROOT_DOMAIN": "localhost",
    # Short, so that a requeue is seen; long, so that no heartbeat does the sweep's work.
    "CHANCERY_REQUEUE_AFTER_S": "4",
    "CHANCERY_HEARTBEAT_S": "60",
    "PYTHONUNBUFFERED": "1",
}


def _prepare(environment: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.prepare"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class _environ:
    """Variables for the duration of a block."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._values}
        os.environ.update(self._values)

    def __exit__(self, *_: Any) -> None:
        for name, value in self._before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """What an act returns, and how many seconds it took."""
    began = time.monotonic()
    return act(), time.monotonic() - began
