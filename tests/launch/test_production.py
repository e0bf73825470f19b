"""What the compose file runs, run under its settings: its commands, its environment, no engine."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from launch.datadir import ROOT
from launch.servers import servers
from tests.launch.places import free_port, without_servers
from tests.launch.test_deploy import OURS, SERVICES, arguments
from tests.launch.waiting import eventually

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("up")]


@pytest.fixture
def production(data_dir) -> Iterator[dict[str, str]]:
    """The environment that compose gives our services, with servers that are really there."""
    with servers(data_dir, "test") as found:
        yield without_servers() | {
            "CHANCERY_ENV": "production",
            "CHANCERY_SECRET_KEY": secrets.token_urlsafe(64),
            "CHANCERY_ROOT_DOMAIN": "chat.example.com",
            "CHANCERY_DATA_DIR": str(data_dir / "files"),
            "CHANCERY_STATIC_ROOT": str(data_dir / "static"),
            "DATABASE_URL": found.database_url,
            "REDIS_URL": found.redis_url,
        }


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def start(environment: dict[str, str], command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_deployment_check_finds_nothing(production):
    checked = run(production, "manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("missing", ["CHANCERY_SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_a_start_without_what_it_needs_names_it(production, missing):
    del production[missing]

    checked = run(production, "manage.py", "check")

    assert checked.returncode != 0
    assert f"{missing} must be set" in checked.stderr


def test_a_web_of_several_workers_ends_with_one_sentence(production):
    production["CHANCERY_ROOT_DOMAIN"] = "*.example.com"

    served = run(production, *here(arguments("web")[1:], free_port()))

    assert served.returncode == 1
    said = (served.stdout + served.stderr).splitlines()
    assert len(said) == 1, said
    assert said[0].startswith("CHANCERY_ROOT_DOMAIN is '*.example.com'; set it to a bare domain")


def test_the_commands_of_all_services_run(production):
    migrated = run(production, *arguments("migrate")[1:])
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr

    started = {}
    port = free_port()
    try:
        for name in set(OURS) - {"migrate", "gateway"}:  # a gateway is a web
            started[name] = start(production, here(arguments(name)[1:], port))
        healthy = [sys.executable, "-c", "import urllib.request as u; u.urlopen(%r)"]
        healthy[2] %= f"http://127.0.0.1:{port}/healthz"
        assert eventually(lambda: run(production, *healthy[1:]).returncode == 0, within_s=60)
        ping = SERVICES["worker"]["healthcheck"]["test"][2:]
        assert eventually(lambda: run(production, *ping).returncode == 0, within_s=60)
        assert {name: one.poll() for name, one in started.items()} == dict.fromkeys(started)
    finally:
        for one in started.values():
            one.send_signal(signal.SIGTERM)
        codes = {name: ended(one) for name, one in started.items()}
    assert codes == dict.fromkeys(started, 0)


def here(command: list[str], port: int) -> list[str]:
    """The same command, on a free port of the loopback interface."""
    changes = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8000": f"--port={port}"}
    return [changes.get(part, part) for part in command]


def ended(process: subprocess.Popen[str]) -> int:
    try:
        said, _ = process.communicate(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    if process.returncode != 0:
        print(said)
    return process.returncode
