"""Runs several programs as one: in order, restarted when they end, stopped in reverse order.

    await Supervisor(programs).run()       # until SIGINT or SIGTERM

A program starts when those it `needs` are ready. One that ends by itself is started again, after a
pause that grows while it keeps failing. When the supervisor is killed, the kernel stops them.
"""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from launch.child import dies_with_parent
from launch.failure import LaunchError

PAUSES_S = (0.5, 1, 2, 5, 10)
SOUND_AFTER_S = 30.0  # having run this long, an end is no longer one of a series
LOOK_EVERY_S = 1.0
ORPHANS_END_WITHIN_S = 1.0
COLOURS = (36, 32, 33, 35, 34)
Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Program:
    """One program to run. Without a probe it is ready as soon as it runs."""

    name: str
    command: Sequence[str]
    needs: Sequence[str] = ()
    probe: Probe | None = None
    ready_within_s: float = 60.0
    stop_within_s: float = 15.0


class Process(Protocol):
    """What the supervisor needs of a process; asyncio's own are like this."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdout(self) -> asyncio.StreamReader | None: ...
    def terminate(self) -> None: ...
    async def wait(self) -> int: ...


@dataclass(frozen=True)
class Running:
    """A program that was started, and the task that prints what it says until it ends."""

    process: Process
    end: asyncio.Task[int]


@dataclass
class Supervisor:
    """Runs the programs until it is told to stop."""

    programs: Sequence[Program]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    on_ready: Callable[[], Awaitable[None]] | None = None
    spawn: Callable[[Sequence[str]], Awaitable[Process]] | None = None
    _running: dict[str, "Running"] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Start all and keep them running until told to stop; LaunchError if a start fails."""
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(signum, self.stop)
        ready = {program.name: asyncio.Event() for program in self.programs}
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [tasks.create_task(self._keep(program, ready)) for program in self.programs]
                work.append(tasks.create_task(self._announce(ready)))
                await self._stopping.wait()
                for task in work:
                    task.cancel()
        except* LaunchError as failures:
            raise _first(failures) from None
        finally:
            for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(
                    signum, lambda: None
                )  # one is enough: the stop below is bounded
            await self._stop_all()

    def stop(self) -> None:
        """End `run` in good order."""
        self._stopping.set()

    async def run_once(self, program: Program) -> None:
        """Run a program to its end; raise LaunchError unless it succeeds."""
        running = await self._spawn(program)
        try:
            code = await asyncio.shield(running.end)
        finally:
            await self._end(program)
        if code != 0:
            raise LaunchError(f"{program.name} failed (exit code {code}); what it said is above.")

    async def _keep(self, program: Program, ready: dict[str, asyncio.Event]) -> None:
        for name in program.needs:
            await ready[name].wait()
        failures = 0
        while True:
            began = time.monotonic()
            running = await self._spawn(program)
            if await self._becomes_ready(program, running.process):
                ready[program.name].set()
            code = await asyncio.shield(running.end)
            failures = 0 if time.monotonic() - began > SOUND_AFTER_S else failures + 1
            if not ready[program.name].is_set() and failures >= 3:
                raise LaunchError(
                    f"{program.name} does not start (exit code {code}); what it said is above."
                )
            pause = PAUSES_S[min(failures, len(PAUSES_S)) - 1] if failures else PAUSES_S[0]
            self.say(program.name, f"ended with exit code {code}; starting it again in {pause} s")
            await asyncio.sleep(pause)

    async def _becomes_ready(self, program: Program, process: Process) -> bool:
        if program.probe is None:
            return True
        deadline = time.monotonic() + program.ready_within_s
        while process.returncode is None:
            if await program.probe():
                return True
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"{program.name} was not ready within {program.ready_within_s:.0f} s."
                )
            await asyncio.sleep(0.05)
        return False

    async def _announce(self, ready: dict[str, asyncio.Event]) -> None:
        for event in ready.values():
            await event.wait()
        if self.on_ready is not None:
            await self.on_ready()

    async def _spawn(self, program: Program) -> Running:
        """Start a program; whoever stops all finds it, also if it was only just beginning."""
        starting = asyncio.create_task(self._start(program))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # It runs before asyncio has said so: given up here, it would be killed in no order.
            await asyncio.wait([starting])
            raise

    async def _start(self, program: Program) -> Running:
        process = await (self.spawn or self._execute)(program.command)
        running = Running(process, asyncio.create_task(self._follow(program, process)))
        self._running[program.name] = running
        return running

    async def _execute(self, command: Sequence[str]) -> Process:
        # A session of its own: Ctrl-C reaches the supervisor alone, which keeps the order.
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=dict(self.environment),
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )

    async def _follow(self, program: Program, process: Process) -> int:
        """Print what a process says; return its exit code once it and its children have ended."""
        said = asyncio.create_task(self._repeat(program, process))
        ended = asyncio.create_task(process.wait())
        while process.returncode is None:  # some versions' wait() lasts until the output ends
            await asyncio.wait([ended], timeout=LOOK_EVERY_S)
        # Children that outlive a killed process hold its output, its port and its schedule.
        await asyncio.wait([said], timeout=ORPHANS_END_WITHIN_S)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.wait([said], timeout=ORPHANS_END_WITHIN_S)
        said.cancel()
        ended.cancel()
        return process.returncode

    async def _repeat(self, program: Program, process: Process) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.say(program.name, line.decode(errors="replace"))
        if rest:
            self.say(program.name, rest.decode(errors="replace"))

    async def _stop_all(self) -> None:
        for program in reversed(self.programs):
            await self._end(program)

    async def _end(self, program: Program) -> None:
        running = self._running.pop(program.name, None)
        if running is None:
            return
        if running.process.returncode is None:
            running.process.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(running.end), program.stop_within_s)
        except TimeoutError:
            self.say(program.name, f"did not stop within {program.stop_within_s:.0f} s; killing it")
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGKILL)
            await running.end

    def say(self, name: str, line: str) -> None:
        """Print one line of a program under its name."""
        width = max((len(program.name) for program in self.programs), default=0)
        prefix = f"{name:<{width}} |"
        if sys.stdout.isatty():
            names = [program.name for program in self.programs]
            colour = COLOURS[names.index(name) % len(COLOURS)] if name in names else 37
            prefix = f"\033[{colour}m{prefix}\033[0m"
        with suppress(BrokenPipeError):
            print(prefix, line, flush=True)


def _first(failures: BaseExceptionGroup[LaunchError]) -> LaunchError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
