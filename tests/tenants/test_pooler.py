"""A real PgBouncer before PostgreSQL: the mode that mixes up tenants is refused, no other."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tenants import pooler

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed")


@pytest.fixture
def pgbouncer(cast, tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """Start one in a mode; returns its port."""
    started: list[subprocess.Popen] = []

    def start(mode: str) -> int:
        port, server = _free_port(), connection.get_connection_params()
        config = tmp_path / "pgbouncer.ini"
        where = " ".join(
            f"{name}={server[name]}"
            for name in ("host", "port", "user", "password")
            if server.get(name)
        )
        config.write_text(
            f"[databases]\n* = {where}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n"
        )
        assert PGBOUNCER is not None
        # It refuses to run as root, but reads its configuration before it becomes somebody else.
        becomes = ["-u", "nobody"] if os.geteuid() == 0 else []
        started.append(
            subprocess.Popen(
                [PGBOUNCER, "-q", *becomes, str(config)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        )
        _wait_for(port, started[-1])
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.02)


def through(port: int) -> Callable[[], psycopg.Connection]:
    """Connections to the database of this test that go through the pooler."""
    database = connection.get_connection_params()["dbname"]

    def connect() -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=port, dbname=database, autocommit=True, prepare_threshold=None
        )

    return connect


def test_a_pooler_in_transaction_mode_is_refused_with_what_to_do(pgbouncer, monkeypatch):
    connect = through(pgbouncer("transaction"))

    assert not pooler.keeps_search_path(connect)
    monkeypatch.setattr(pooler, "_connect", connect)
    with pytest.raises(ImproperlyConfigured, match="session mode"):
        pooler.refuse_unsafe_pooler()


def test_a_pooler_in_session_mode_is_as_good_as_none(pgbouncer, monkeypatch):
    connect = through(pgbouncer("session"))

    assert pooler.keeps_search_path(connect)
    monkeypatch.setattr(pooler, "_connect", connect)
    pooler.refuse_unsafe_pooler()
