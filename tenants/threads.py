"""Database work of asynchronous code: a small pool of threads of our own, each with its connection.

Not `sync_to_async`: its shared thread would serve one query at a time for the whole process, and
with `thread_sensitive=False` connections stay open in threads that nobody counts.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

_IDLE_S = 5.0
"""A connection unused for longer is checked before it is used again."""

# The driver's own too: the statement that sets the search path is not sent by Django.
_BREAKS = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)

_used = threading.local()


async def in_db_thread[T](run: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function that uses the database, in the tenant and correlation of the caller.

    When its connection turns out to be broken (the database was restarted), the function is run
    once more on a new one: it must only read, or may be run twice.
    """
    context = contextvars.copy_context()
    work = partial(context.run, partial(_run, run, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_pool(), work)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(
        max_workers=getattr(settings, "CHANCERY_GATEWAY_DB_THREADS", 4), thread_name_prefix="db"
    )


def _run[T](run: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    if time.monotonic() - getattr(_used, "at", 0.0) > _IDLE_S:
        close_old_connections()
    try:
        return run(*args, **kwargs)
    except _BREAKS:
        if connection.connection is not None and connection.is_usable():
            raise
        connection.close()
        return run(*args, **kwargs)
    finally:
        _used.at = time.monotonic()
