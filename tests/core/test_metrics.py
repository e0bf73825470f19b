"""Processes that share a directory for their metrics answer for one another."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = """
import django
django.setup()
from core.metrics import REQUESTS
from messaging.live.metrics import SOCKETS
REQUESTS.labels("acme", "GET", "/here", "200").inc(3)
SOCKETS.labels("acme").set(2)
print("counted", flush=True)
input()
"""
SHOWS = """
import django
django.setup()
from core.metrics import metrics_page
print(metrics_page().text)
"""


@pytest.fixture
def environment(tmp_path, cast) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }


def counting(environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def shown(environment: dict[str, str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOWS], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


def test_whoever_is_asked_shows_all_and_a_killed_one_takes_its_sockets_and_no_counts(environment):
    one, other = counting(environment), counting(environment)
    requests = (
        'chancery_http_requests_total{method="GET",route="/here",status="200",tenant="acme"} 6.0'
    )
    try:
        assert {requests, 'chancery_live_sockets{tenant="acme"} 4.0'} <= shown(environment)

        other.send_signal(signal.SIGKILL)
        other.wait()

        assert {requests, 'chancery_live_sockets{tenant="acme"} 2.0'} <= shown(environment)
    finally:
        one.kill()
        one.wait()


def test_a_directory_that_cannot_be_made_is_said_at_the_start(environment, tmp_path: Path):
    (tmp_path / "file").touch()
    wrong = environment | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "file" / "metrics")}

    done = subprocess.run(
        [sys.executable, "-c", SHOWS], env=wrong, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "PROMETHEUS_MULTIPROC_DIR is" in done.stderr
    assert "set it to a directory that this process may write" in done.stderr
