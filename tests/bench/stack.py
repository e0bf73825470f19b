"""Starts and stops what is measured, in a data directory of its own."""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import psycopg

from launch.child import dies_with_parent
from launch.datadir import ROOT, read_json, write_private
from launch.servers import servers
from tests.bench.machine import Components, command, family
from tests.bench.size import Size
from tests.bench.targets import FloorTarget, ProductTarget
from tests.bench.wire import HttpClient
from tests.bench.world import QUIET, VAST, Vast, World

START_S = 90.0
STOP_S = 45.0

_FLOOR = """
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
CREATE TABLE floor.message (
    id bigserial PRIMARY KEY, room uuid NOT NULL, author uuid NOT NULL, text text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED);
INSERT INTO floor.message (room, author, text)
    SELECT conversation_id, author_id, text FROM t_bench.messaging_message
     WHERE conversation_id = '{history}' ORDER BY seq;
CREATE INDEX ON floor.message (room, id);
CREATE INDEX ON floor.message USING gin (words);
ANALYZE floor.message;
"""


class Stack:
    """The product on one data directory: prepared once, started and stopped at will."""

    def __init__(self, folder: Path, port: int, size: Size, kind: str) -> None:
        self.folder = folder
        self.port = port
        self.size = size
        self._kind = kind
        self._process: asyncio.subprocess.Process | None = None
        self.world: World

    def prepare(self) -> None:
        """Make database and population, or take those of an earlier run if nothing changed."""
        note = self.folder / "bench.json"
        key = _key(self.size)
        kept = read_json(note)
        if kept is not None and kept["key"] == key:
            self.world = World(**kept["world"])
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        with servers(self.folder):
            self.run(["-m", "launch.prepare", "--demo"])
            made = json.loads(self.run(["-m", "tests.bench.population", "people", self._kind]))
            self.world = World(**made)
            self._lay_floor()
        write_private(note, json.dumps({"key": key, "world": asdict(self.world)}))

    def vast(self) -> Vast:
        """The tenant with a very long conversation; made when it is asked for, and kept."""
        note = self.folder / "vast.json"
        kept = read_json(note)
        if kept is None:
            kept = json.loads(self.run(["-m", "tests.bench.vast", "make", str(self.size.vast)]))
            write_private(note, json.dumps(kept))
        return Vast(**kept)

    def run(self, arguments: list[str]) -> str:
        """Run a Python command on the servers of this data directory; returns what it prints."""
        with servers(self.folder) as found:
            done = subprocess.run(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self._environment() | found.environment(),
                stdout=subprocess.PIPE,
                check=True,
                text=True,
            )
        return done.stdout

    async def start(self) -> None:
        """Start everything as `make up` does; returns at once."""
        log = (self.folder / "log" / "up.log").open("ab")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "launch.up"),
                cwd=ROOT,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )

    async def ready(self) -> None:
        """Wait until the last of its programs, the worker, runs."""
        async with asyncio.timeout(START_S):
            while "worker" not in self.components():
                self._still_runs()
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop everything in good order; by force if that takes too long."""
        process, self._process = self._process, None
        if process is None:
            return
        pids = family(process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await process.wait()

    def components(self) -> Components:
        """The root process of each component, by what its command line says."""
        assert self._process is not None
        found: dict[str, list[int]] = {}
        for pid in family(self._process.pid):
            said = command(pid)
            for name, mark in _MARKS.items():
                if mark in said and name not in found:
                    found[name] = [pid]
        servers_run = read_json(self.folder / "run" / "servers.json") or {}
        for name in ("postgres", "redis"):
            if name in servers_run:
                found[name] = [servers_run[name]["pid"]]
        return found

    def everything(self) -> Components:
        """All processes of the stack, the supervisor and the servers' keeper included."""
        assert self._process is not None
        return {"everything": [self._process.pid]}

    def target(self) -> ProductTarget:
        """The product as its users in the bench's tenant see it."""
        return ProductTarget(self.port, self.components())

    def quiet_target(self) -> ProductTarget:
        """The same for the other tenant."""
        return ProductTarget(self.port, self.components(), QUIET)

    def vast_target(self) -> ProductTarget:
        """The same for the tenant with a very long conversation."""
        return ProductTarget(self.port, self.components(), VAST)

    @asynccontextmanager
    async def floor(self, port: int) -> AsyncIterator[FloorTarget]:
        """Run the floor on the same PostgreSQL."""
        found = read_json(self.folder / "run" / "servers.json") or {}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", "tests.bench.floor:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--ws", "websockets-sansio"),
            *("--ws-per-message-deflate", "false", "--lifespan", "on"),
            *("--no-access-log", "--log-level", "warning"),
            cwd=ROOT,
            env=dict(os.environ) | {"FLOOR_DATABASE": found["postgres"]["url"]},
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        try:
            await _answers(port, process)
            yield FloorTarget(port, process.pid, found["postgres"]["pid"])
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def _lay_floor(self) -> None:
        found = read_json(self.folder / "run" / "servers.json") or {}
        with psycopg.connect(found["postgres"]["url"], autocommit=True) as database:
            database.execute(_FLOOR.format(history=self.world.history))  # type: ignore[arg-type]

    def _environment(self) -> dict[str, str]:
        """Ours alone: variables of the shell must not change what is measured."""
        kept = {"PATH", "HOME", "LANG", "CHANCERY_WEB_WORKERS", "CHANCERY_HTTP_THREADS"}
        return {name: value for name, value in os.environ.items() if name in kept} | {
            "PORT": str(self.port),
            "CHANCERY_DATA_DIR": str(self.folder),
            "CHANCERY_ROOT_DOMAIN": "localhost",
            "PYTHONUNBUFFERED": "1",
        }

    def _still_runs(self) -> None:
        if self._process is None or self._process.returncode is not None:
            log = self.folder / "log" / "up.log"
            raise RuntimeError(f"the product did not start; see {log}:\n{log.read_text()[-800:]}")


_MARKS = {
    "web": "config.asgi",
    "relay": "manage.py relay",
    "worker": "celery",
}


def _key(size: Size) -> str:
    """What a population is made of; another one is needed when any of it changes."""
    digest = hashlib.sha256(repr(size).encode())
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("*/*/migrations/*.py")):
        digest.update(path.read_bytes())
    for name in ("population.py", "stack.py", "vast.py", "world.py"):
        digest.update((ROOT / "tests" / "bench" / name).read_bytes())
    return digest.hexdigest()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _answers(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError("the floor did not start; what it said is above")
            with contextlib.suppress(OSError):
                (await HttpClient.connect(port)).close()
                return
            await asyncio.sleep(0.05)
