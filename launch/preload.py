"""One process that has everything imported, and the processes of the product as forks of it.

Importing Django and our code takes each process one to two seconds of CPU and 80 MiB. Here it is
done once; the forks share that memory and start at once. The mother opens no connection and starts
no thread, and her children are what `python -m …` would have made of the same command.

    async with Mother(environment, say) as mother:
        process = await mother.spawn(["python", "-m", "celery", …])

Only where forking is sound (Linux); elsewhere, and in production, each process imports for itself.
"""

import asyncio
import ctypes
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Self

from launch.child import dies_with_parent
from launch.failure import LaunchError

MESSAGE_BYTES = 65536
ROOM_FOR_TITLES = " " * 600
PR_SET_NAME = 15
SHARED = (
    "config.asgi",
    "uvicorn.main",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "core.http_protocol",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "django.core.management",
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.apps.beat",
    "celery.concurrency.thread",
    "kombu.transport.redis",
)


# --- the supervisor's side ----------------------------------------------------------------------


@dataclass(eq=False)
class Fork:
    """A process that the mother made; used like one of asyncio's own."""

    pid: int
    stdout: asyncio.StreamReader
    end: asyncio.Future[int]

    @property
    def returncode(self) -> int | None:
        return self.end.result() if self.end.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self.end)

    def terminate(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


class Mother:
    """The preloaded process; started again with the next child should it die."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str, str], None]) -> None:
        self._environment = dict(environment)
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._control = socket.socket()
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._forks: dict[int, asyncio.Future[int]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._output: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
        if self._output is not None:
            await self._output
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()

    async def spawn(self, command: Sequence[str]) -> Fork:
        """Start a command, given as for a process of its own, as a fork."""
        async with self._one_at_a_time:
            if self._process is None or self._process.returncode is not None:
                await self._start()
            read_end, write_end = os.pipe()
            try:
                socket.send_fds(self._control, [json.dumps(list(command)).encode()], [write_end])
            finally:
                os.close(write_end)
            pid = await self._born.get()
            if pid < 0:
                os.close(read_end)
                raise LaunchError("The preloaded process ended; what it said is above.")
            return Fork(pid, await _reader(read_end), self._forks[pid])

    async def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "launch.preload", str(theirs.fileno()), ROOM_FOR_TITLES),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                env=self._environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        self._control.close()
        self._control = ours
        self._output = asyncio.create_task(self._follow(self._process))
        asyncio.get_running_loop().add_reader(ours, self._hear)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self._say("preload", line.decode(errors="replace").rstrip("\n"))
        await process.wait()

    def _hear(self) -> None:
        try:
            said = self._control.recv(MESSAGE_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            said = b""
        if not said:
            return self._lose()
        message = json.loads(said)
        if "code" in message:
            self._forks.pop(message["pid"]).set_result(message["code"])
            return
        self._forks[message["pid"]] = asyncio.get_running_loop().create_future()
        self._born.put_nowait(message["pid"])

    def _lose(self) -> None:
        """The mother has died, and her children with her: the kernel sees to that."""
        asyncio.get_running_loop().remove_reader(self._control)
        for end in self._forks.values():
            end.set_result(-signal.SIGTERM)
        self._forks.clear()
        if self._one_at_a_time.locked():  # somebody waits for a birth
            self._born.put_nowait(-1)


async def _reader(read_end: int) -> asyncio.StreamReader:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    pipe = os.fdopen(read_end, "rb", buffering=0)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


# --- the mother's side --------------------------------------------------------------------------


def main(arguments: list[str]) -> None:
    """Import everything, then fork on demand; in a child, become what was asked for."""
    control = socket.socket(fileno=int(arguments[0]))
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    import_everything()
    command = serve(control, reader)
    signal.set_wakeup_fd(-1)
    if command is None:
        return
    for inherited in (control, reader, writer):
        inherited.close()
    become(command)


def import_everything() -> None:
    """Import what the product's processes import, without opening a connection."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for module in SHARED:
        import_module(module)
    if threading.active_count() > 1:
        raise SystemExit("A module starts a thread when it is imported: forking is unsound.")
    # Collections would write into every object, and so copy the shared memory page by page.
    gc.collect()
    gc.freeze()


def serve(control: socket.socket, signals: socket.socket) -> list[str] | None:
    """Fork for each command that comes; return it in the child, None in the mother at the end."""
    while True:
        readable, _, _ = select.select([control, signals], [], [])
        if signals in readable:
            with suppress(BlockingIOError):
                signals.recv(4096)
            _report_the_dead(control)
        if control not in readable:
            continue
        said, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
        if not said:
            return None
        arrange = dies_with_parent(signal.SIGTERM)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            assert arrange is not None
            arrange()
            os.dup2(files[0], 1)
            os.dup2(files[0], 2)
            os.close(files[0])
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return json.loads(said)
        os.close(files[0])
        control.send(json.dumps({"pid": pid}).encode())


def _report_the_dead(control: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            control.send(json.dumps({"pid": pid, "code": code}).encode())


def become(command: list[str]) -> None:
    """Go on as the command would: `python -m module …` or `python script …`."""
    _show_as(command)
    if command[1] == "-m":
        sys.argv = command[2:]
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command[1:]
        runpy.run_path(command[1], run_name="__main__")


def _show_as(command: list[str]) -> None:
    """Show the command in `ps`: what a process was started with lies in its memory, writable."""
    name = Path(command[-1] if command[1] != "-m" else command[2]).stem
    ctypes.CDLL(None).prctl(PR_SET_NAME, f"chancery-{name}"[:15].encode(), 0, 0, 0)
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    title = "\0".join(command).encode()
    if 0 < start and len(title) < end - start:
        ctypes.memmove(start, title.ljust(end - start, b"\0"), end - start)


if __name__ == "__main__":
    main(sys.argv[1:])
