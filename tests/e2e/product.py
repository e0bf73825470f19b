"""Starts the product as `make up` does, with servers and data of its own, and stops it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from launch.servers import servers
from tests.accounts.nameserver import NameServer
from tests.launch.places import free_port, without_servers

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "chancery-demo"
_READY_WITHIN_S = 120
_STOPS_WITHIN_S = 40


@dataclass(frozen=True, slots=True)
class Product:
    """A running Chancery, and the DNS it asks."""

    port: int
    names: NameServer
    data_dir: Path

    def site(self, tenant: str = "") -> str:
        """The address of an organisation, or of the root site."""
        host = f"{tenant}.localhost" if tenant else "localhost"
        return f"http://{host}:{self.port}"

    def backstage(self, verb: str, *arguments: str) -> None:
        """Do something in bulk, past the browser: see `tests/e2e/backstage.py`."""
        environment = {**without_servers(), "CHANCERY_DATA_DIR": str(self.data_dir)}
        with servers(self.data_dir) as found:
            subprocess.run(
                [sys.executable, "-m", "tests.e2e.backstage", verb, *arguments],
                cwd=ROOT,
                env=environment | found.environment(),
                check=True,
            )


@contextmanager
def running_product(**settings: str) -> Iterator[Product]:
    """Run the product with the demo's people until the block ends.

    CHANCERY_E2E_PORT names one that runs already, for those who write journeys, started with
    CHANCERY_DNS_SERVERS=127.0.0.1: and the next port, and CHANCERY_E2E_DATA_DIR its data; one with
    settings of its own is started all the same.
    """
    running = os.environ.get("CHANCERY_E2E_PORT")
    if running and not settings:
        with NameServer(int(running) + 1).running() as names:
            yield Product(int(running), names, Path(os.environ.get("CHANCERY_E2E_DATA_DIR", "var")))
        return
    with NameServer().running() as names:
        yield from _started(names, settings)


def _started(names: NameServer, settings: dict[str, str]) -> Iterator[Product]:
    # Readable by everybody: as root, the database server runs as somebody else.
    data_dir = Path(tempfile.mkdtemp(prefix="chancery-e2e-"))
    data_dir.chmod(0o755)
    port = free_port()
    log = data_dir / "up.log"
    environment = {
        **without_servers(),
        "CHANCERY_DNS_SERVERS": names.address,
        **settings,
        "PORT": str(port),
        "CHANCERY_DATA_DIR": str(data_dir / "data"),
        "CHANCERY_DEMO_PASSWORD": PASSWORD,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "launch.up"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, port, log)
            yield Product(port, names, data_dir / "data")
        finally:
            _stop(process)
            shutil.rmtree(data_dir, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the product did not start:\n{log.read_text()}")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
