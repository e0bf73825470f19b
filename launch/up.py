"""`make up`: the whole product on this machine, in one terminal.

Reads PORT, CHANCERY_DATA_DIR, CHANCERY_ROOT_DOMAIN, CHANCERY_DEMO, CHANCERY_DEMO_PASSWORD,
CHANCERY_DEMO_EXPORT, CHANCERY_WEB_WORKERS, DATABASE_URL, REDIS_URL.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from launch.bootstrap import SetupError, check_port
from launch.child import end_with_parent
from launch.datadir import ROOT, DataDir, default_data_dir
from launch.failure import LaunchError
from launch.locks import FileLock
from launch.outside import refuse_settings, refuse_unusable
from launch.preload import Mother
from launch.servers import Servers, servers
from launch.supervisor import Program, Supervisor

PYTHON = sys.executable
LOOK_AT_SERVERS_EVERY_S = 2.0
OF_PROCESSES = {
    "PYTHONUNBUFFERED": "1",
    # Else each thread keeps an arena of freed memory.
    "MALLOC_ARENA_MAX": "2",
    # Celery warns that root may not unpickle messages: ours are JSON.
    "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
}


def web(port: int, workers: int = 1) -> list[str]:
    """Return the command that serves HTTP and sockets on one port of the loopback interface."""
    return [
        *(PYTHON, "-m", "uvicorn", "config.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--http", "core.http_protocol:BoundedProtocol"),
        *(
            "--ws",
            "websockets-sansio",
            "--ws-per-message-deflate",
            "false",
            "--ws-max-size",
            "262144",
            # The live protocol has a heartbeat of its own.
            "--ws-ping-interval",
            "0",
        ),
        *("--no-access-log", "--no-server-header", "--no-proxy-headers", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", "10"),
    ]


def worker() -> list[str]:
    """Return the command of Celery with its clock; threads are half the memory of processes."""
    return [
        *(PYTHON, "-m", "celery", "-A", "config", "--quiet", "worker", "--beat"),
        *("--pool", "threads", "--concurrency", "4"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    ]


def relay() -> list[str]:
    """Return the command of the outbox relay."""
    return [PYTHON, "manage.py", "relay", "--skip-checks"]


def programs(port: int, workers: int) -> list[Program]:
    """Return what makes up the product. The worker waits: its start would slow down the web's."""
    return [
        Program("web", web(port, workers), probe=lambda: answers(port, "/healthz")),
        Program("relay", relay()),
        Program("worker", worker(), needs=["web"]),
    ]


async def answers(port: int, path: str) -> bool:
    """Tell whether an HTTP GET on the loopback interface is answered with 200."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(
                    f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
                )
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
    return False


def wants_demo(environ: Mapping[str, str]) -> bool:
    """Tell whether to make the demo tenants: in a database that is not ours only when asked."""
    return not environ.get("DATABASE_URL") or environ.get("CHANCERY_DEMO") == "1"


def compiled(environ: Mapping[str, str]) -> dict[str, str]:
    """Where compiled sources are kept when the environment wants none beside the sources.

    Without any, each process that imports Django and our code compiles it all: three times the CPU.
    """
    if not environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    return {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": environ.get("PYTHONPYCACHEPREFIX")
        or str(ROOT / ".bootstrap/pycache"),
    }


def welcome(port: int, environ: Mapping[str, str]) -> str:
    """Return what a person has to know to use what runs now."""
    root = f"{environ.get('CHANCERY_ROOT_DOMAIN') or 'localhost'}:{port}"
    rows = [("Sign up an organisation", f"http://{root}/", "")]
    if wants_demo(environ):
        rows += [
            ("Acme", f"http://acme.{root}/", "ana@acme.example"),
            ("Globex", f"http://globex.{root}/", "dee@globex.example"),
            ("Operators", f"http://{root}/admin/", "operator@chancery.example"),
        ]
    width = max(len(url) for _, url, _ in rows)
    lines = ["", "Chancery runs. Ctrl-C stops it.", ""]
    lines += [f"  {name:<24} {url:<{width}}  {person}".rstrip() for name, url, person in rows]
    if wants_demo(environ):
        password = environ.get("CHANCERY_DEMO_PASSWORD") or "chancery-demo"
        lines += ["", f"  Password of all of them: {password}"]
    return "\n".join([*lines, ""])


async def run(found: Servers, data_dir: DataDir, port: int, external: Mapping[str, str]) -> None:
    """Prepare the database, then run the product until it is told to stop."""
    environment = dict(os.environ) | found.environment() | {"PORT": str(port)} | OF_PROCESSES
    environment |= compiled(external)
    environment.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_emptied(data_dir.path)))
    (data_dir.path / "static").mkdir(exist_ok=True)
    supervisor = Supervisor(programs(port, _workers(external)), environment)
    task = asyncio.current_task()
    assert task is not None
    for signum in (signal.SIGINT, signal.SIGTERM):  # until the supervisor's own are in place
        asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        if sys.platform == "linux":
            mother = await stack.enter_async_context(Mother(environment, supervisor.say))
            supervisor.spawn = mother.spawn
        await _prepare_and_run(supervisor, found, port, external, began)


def _emptied(data_dir: Path) -> Path:
    """Where the processes of this run add up their metrics; what earlier runs left goes."""
    directory = data_dir / "run" / "metrics"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


async def _prepare_and_run(
    supervisor: Supervisor, found: Servers, port: int, external: Mapping[str, str], began: float
) -> None:
    demo = ["--demo"] if wants_demo(external) else []
    await supervisor.run_once(Program("prepare", [PYTHON, "-m", "launch.prepare", *demo]))
    _step("database migrated" + (", demo tenants in place" if demo else ""), began)

    async def announce() -> None:
        print(welcome(port, external), flush=True)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(found, supervisor))
            if external.get("CHANCERY_DEMO_EXPORT"):
                tasks.create_task(_import(supervisor, external["CHANCERY_DEMO_EXPORT"]))

    supervisor.on_ready = announce
    await supervisor.run()


async def _watch(found: Servers, supervisor: Supervisor) -> None:
    """Bring the embedded servers back should their keeper be killed."""
    while True:
        await asyncio.sleep(LOOK_AT_SERVERS_EVERY_S)
        if await asyncio.to_thread(found.ensure):
            supervisor.say("servers", "PostgreSQL and Redis had gone; they run again")


async def _import(supervisor: Supervisor, file: str) -> None:
    command = [
        PYTHON,
        "manage.py",
        "import_slack",
        "--tenant",
        "acme",
        file,
        "--join",
        "ana@acme.example",
    ]
    try:
        await supervisor.run_once(Program("import", command))
    except LaunchError as error:  # the product runs all the same
        supervisor.say("import", str(error))


def _workers(environ: Mapping[str, str]) -> int:
    given = environ.get("CHANCERY_WEB_WORKERS") or "1"
    if not given.isdigit() or int(given) < 1:
        raise LaunchError(
            f"CHANCERY_WEB_WORKERS is '{given}': give a number of processes, 1 or more."
        )
    return int(given)


def _step(text: str, began: float) -> None:
    print(f"{time.monotonic() - began:5.1f} s  {text}", flush=True)


def _only_here(data_dir: DataDir) -> FileLock:
    lock = FileLock(data_dir.run / "up.lock")
    if not lock.try_exclusive():
        raise LaunchError(
            f"Chancery runs on {data_dir.path} already: stop that one,"
            " or give this one a CHANCERY_DATA_DIR and a PORT of its own."
        )
    return lock


def main(arguments: list[str]) -> int:
    if "--end-with-make" in arguments:
        end_with_parent()
    external = dict(os.environ)
    os.chdir(ROOT)
    try:
        data_dir = DataDir.prepare(default_data_dir())
        port = external.get("PORT") or "8000"
        with _only_here(data_dir):
            check_port(port)
            export = external.get("CHANCERY_DEMO_EXPORT")
            if export and not Path(export).is_file():
                raise LaunchError(f"CHANCERY_DEMO_EXPORT names {export}, which is no file.")
            _workers(external)
            refuse_settings()
            refuse_unusable(external)
            began = time.monotonic()
            with servers(data_dir.path) as found:
                _step("PostgreSQL and Redis", began)
                asyncio.run(run(found, data_dir, int(port), external))
        print("Chancery has stopped.", flush=True)
    except (LaunchError, SetupError) as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Stopped before it was up.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
