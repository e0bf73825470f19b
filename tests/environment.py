"""Starts or joins the servers that tests use, and sets Django up with them."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import psycopg

from launch.messages import compile_all
from launch.servers import servers

ROOT = Path(__file__).parent.parent
_REDIS_LOCK = 303_014_903
_REDIS_DATABASES = range(1, 16)

_stack = ExitStack()


def set_up_django() -> str:
    """Load the settings with the test servers; returns the database server's address.

    The environment is put back as it was: tests that start the product as a process of its own
    must not hand it our servers by accident; processes of pytest-xdist come here themselves.
    """
    compile_all()
    data_dir = Path(os.environ.get("CHANCERY_TEST_DIR") or ROOT / "var" / "test")
    found = _stack.enter_context(servers(data_dir, profile="test"))
    files = Path(tempfile.mkdtemp(prefix="chancery-test-"))
    _stack.callback(shutil.rmtree, files, ignore_errors=True)
    environment = {
        "CHANCERY_ENV": "test",
        "CHANCERY_SECRET_KEY": "a key for tests that protects nothing at all, 0123456789",
        "CHANCERY_DATA_DIR": str(files),
        "CHANCERY_ROOT_DOMAIN": "localhost",
        "DATABASE_URL": found.database_url,
        "REDIS_URL": _claim_redis(found.database_url, found.redis_url),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with mock.patch.dict(os.environ, environment):
        import django

        django.setup()
    from django.conf import settings

    # Stretching passwords would take most of the time of tests that sign people up.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A machine that tests at full load may answer late; that Redis is away is tested by its own.
    settings.CACHES["default"]["OPTIONS"] |= {"socket_connect_timeout": 10, "socket_timeout": 10}
    return found.database_url


def tear_down() -> None:
    """Give the servers up; the last one out stops them."""
    _stack.close()


def _claim_redis(database_url: str, redis_url: str) -> str:
    """A Redis database that no other test process uses until this one ends."""
    claim = psycopg.connect(database_url, autocommit=True)
    _stack.callback(claim.close)
    for number in _REDIS_DATABASES:
        row = claim.execute("SELECT pg_try_advisory_lock(%s, %s)", [_REDIS_LOCK, number]).fetchone()
        if row == (True,):
            return urlunsplit(urlsplit(redis_url)._replace(path=f"/{number}"))
    raise RuntimeError("15 test processes run already: every Redis database is taken")
