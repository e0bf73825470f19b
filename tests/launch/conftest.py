"""Each test has a data directory of its own, on a path the servers' account can reach."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from launch.datadir import ROOT, read_json
from tests.launch.places import without_servers
from tests.launch.waiting import eventually

HOLD = """
import sys
from pathlib import Path
from launch.servers import servers
with servers(Path(sys.argv[1]), "test") as found:
    print(found.database_url, flush=True)
    sys.stdin.readline()
"""


class Holder:
    """Another process that holds the servers of a data directory until it is let go."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(data_dir)],
            cwd=ROOT,
            env=without_servers(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.database_url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture(autouse=True)
def _no_servers_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(os.environ) - set(without_servers()):
        monkeypatch.delenv(name)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chancery-"))
    folder.chmod(0o755)
    yield folder
    state = read_json(folder / "run" / "servers.json")
    if state is not None:  # a test that failed half-way
        with suppress(ProcessLookupError):
            os.kill(state["keeper"]["pid"], signal.SIGTERM)
        eventually(lambda: not (folder / "run" / "servers.json").exists())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def holder(data_dir: Path) -> Iterator[Callable[[], Holder]]:
    made: list[Holder] = []

    def hold() -> Holder:
        made.append(Holder(data_dir))
        return made[-1]

    yield hold
    for each in made:
        each.kill()
