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

from django.conf import settings
from django.db import close_old_connections

_IDLE_S = 5.0
"""A connection unused for longer is checked before it is used again."""

_used = threading.local()


async def in_db_thread[T](run: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function that uses the database, in the tenant and correlation of the caller."""
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
    except Exception:
        # Drops a connection that broke; one that works is kept.
        close_old_connections()
        raise
    finally:
        _used.at = time.monotonic()
