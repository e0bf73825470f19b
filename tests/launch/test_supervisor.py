"""The supervisor: order, restart, orderly and sudden ends; with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from launch.child import is_running
from launch.datadir import ROOT
from launch.failure import LaunchError
from launch.supervisor import Program, Supervisor
from tests.launch.waiting import eventually

NOTE = """
import os, pathlib, signal, sys, time
name, diary = sys.argv[1], pathlib.Path(sys.argv[2])
def write(word):
    with diary.open("a") as file:
        file.write(f"{name} {word} {os.getpid()}\\n")
def end(*_):
    write("ends")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
write("starts")
if "fails" in name:
    sys.exit(3)
while True:
    time.sleep(60)
"""

PARENT = """
import os, pathlib, sys, time
name = "child" if os.fork() == 0 else "parent"
with pathlib.Path(sys.argv[1]).open("a") as file:
    file.write(f"{name} starts {os.getpid()}\\n")
time.sleep(600)
"""

TWO = """
import asyncio, sys
from launch.supervisor import Program, Supervisor
note, diary = sys.argv[1], sys.argv[2]
def program(name):
    return Program(name, [sys.executable, "-c", note, name, diary])
asyncio.run(Supervisor([program("first"), program("second")]).run())
"""


class Diary:
    """What the programs of a test wrote down, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()]

    def events(self) -> list[str]:
        return [f"{name} {word}" for name, word, _ in self.lines()]

    def pids(self) -> list[int]:
        return [int(pid) for _, word, pid in self.lines() if word == "starts"]

    def program(self, name: str, **options: object) -> Program:
        command = [sys.executable, "-c", NOTE, name, str(self.path)]
        return Program(name, command, **options)  # pyright: ignore

    async def says(self, *events: str) -> None:
        async with asyncio.timeout(20):
            while not set(events) <= set(self.events()):
                await asyncio.sleep(0.01)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


def test_a_program_starts_when_those_it_needs_are_ready(diary):
    opened = asyncio.Event()

    async def probe() -> bool:
        return opened.is_set()

    async def scenario() -> None:
        late, early = diary.program("late", needs=["early"]), diary.program("early", probe=probe)
        supervisor = Supervisor([late, early])
        running = asyncio.create_task(supervisor.run())
        await diary.says("early starts")
        assert "late starts" not in diary.events()
        opened.set()
        await diary.says("late starts")
        supervisor.stop()
        await running

    asyncio.run(scenario())

    assert diary.events()[:2] == ["early starts", "late starts"]


def test_a_killed_program_is_started_again_although_a_child_of_it_lives_on(diary):
    async def scenario() -> list[int]:
        command = [sys.executable, "-c", PARENT, str(diary.path)]
        supervisor = Supervisor([Program("worker", command)])
        running = asyncio.create_task(supervisor.run())
        await diary.says("parent starts", "child starts")
        first = {name: int(pid) for name, _, pid in diary.lines()}
        os.kill(first["parent"], signal.SIGKILL)
        async with asyncio.timeout(20):
            while diary.events().count("child starts") < 2:
                await asyncio.sleep(0.01)
        assert not is_running(first["child"])
        supervisor.stop()
        await running
        return diary.pids()

    pids = asyncio.run(scenario())
    # Killed is not yet gone: on a busy machine that takes a moment.
    assert eventually(lambda: not any(is_running(pid) for pid in pids), within_s=5)


def test_programs_stop_in_reverse_order(diary):
    async def scenario() -> None:
        supervisor = Supervisor([diary.program(name) for name in ("web", "relay", "worker")])
        running = asyncio.create_task(supervisor.run())
        await diary.says("web starts", "relay starts", "worker starts")
        supervisor.stop()
        await running

    asyncio.run(scenario())

    assert diary.events()[3:] == ["worker ends", "relay ends", "web ends"]
    assert not any(is_running(pid) for pid in diary.pids())


def test_a_program_stopped_in_the_midst_of_its_start_ends_in_its_turn(diary):
    async def slowly(command: Sequence[str]) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdout=pipe, start_new_session=True
        )
        if "worker" in command:
            await diary.says("web starts", "worker starts")
            supervisor.stop()
            for _ in range(10):
                await asyncio.sleep(0)
        return process

    programs = [diary.program("web"), diary.program("worker")]
    supervisor = Supervisor(programs, spawn=slowly)

    asyncio.run(supervisor.run())

    assert diary.events()[2:] == ["worker ends", "web ends"]


def test_a_program_that_is_killed_starts_again(diary):
    async def scenario() -> None:
        supervisor = Supervisor([diary.program("web")])
        running = asyncio.create_task(supervisor.run())
        await diary.says("web starts")
        os.kill(diary.pids()[0], signal.SIGKILL)
        async with asyncio.timeout(20):
            while len(diary.pids()) < 2:
                await asyncio.sleep(0.01)
        supervisor.stop()
        await running

    asyncio.run(scenario())

    assert diary.events() == ["web starts", "web starts", "web ends"]


def test_a_program_that_never_becomes_ready_ends_the_start_with_a_sentence(diary):
    async def never() -> bool:
        return False

    supervisor = Supervisor([diary.program("sound"), diary.program("fails", probe=never)])

    with pytest.raises(LaunchError, match=r"^fails does not start \(exit code 3\)"):
        asyncio.run(supervisor.run())

    assert diary.events().count("fails starts") == 3
    assert not any(is_running(pid) for pid in diary.pids())


def test_a_program_that_does_not_heed_the_order_to_stop_is_killed(diary):
    stubborn = [sys.executable, "-c", STUBBORN, str(diary.path)]

    async def scenario() -> None:
        supervisor = Supervisor([Program("stubborn", stubborn, stop_within_s=0.2)])
        running = asyncio.create_task(supervisor.run())
        await diary.says("stubborn starts")
        supervisor.stop()
        await running

    asyncio.run(scenario())

    assert not any(is_running(pid) for pid in diary.pids())


STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(f"stubborn starts {os.getpid()}\\n")
while True:
    time.sleep(60)
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(diary, signum):
    supervisor = start_two(diary)

    supervisor.send_signal(signum)

    assert supervisor.wait(20) == 0
    assert diary.events()[2:] == ["second ends", "first ends"]


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells children of their parent's death"
)
def test_a_killed_supervisor_leaves_nothing(diary):
    supervisor = start_two(diary)

    supervisor.kill()
    supervisor.wait(20)

    assert eventually(lambda: not any(is_running(pid) for pid in diary.pids()))


def test_what_programs_say_is_printed_under_their_names_and_without_colour(diary, capfd):
    async def scenario() -> None:
        talker = Program("talker", [sys.executable, "-c", "print('one'); print('two', end='')"])
        await Supervisor([talker]).run_once(talker)

    asyncio.run(scenario())

    assert capfd.readouterr().out == "talker | one\ntalker | two\n"


def test_a_line_longer_than_any_buffer_is_printed_whole(capfd):
    async def scenario() -> None:
        talker = Program("t", [sys.executable, "-c", "print('x' * 300_000)"])
        await Supervisor([talker]).run_once(talker)

    asyncio.run(scenario())

    assert capfd.readouterr().out == f"t | {'x' * 300_000}\n"


def test_one_that_fails_in_its_only_run_is_a_sentence():
    program = Program("prepare", [sys.executable, "-c", "raise SystemExit(4)"])

    with pytest.raises(LaunchError, match=r"^prepare failed \(exit code 4\)"):
        asyncio.run(Supervisor([]).run_once(program))


def start_two(diary: Diary) -> subprocess.Popen[bytes]:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", TWO, NOTE, str(diary.path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    assert eventually(lambda: set(diary.events()) == {"first starts", "second starts"})
    return supervisor
