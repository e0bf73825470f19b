"""Waiting for what happens in another process, with an end."""

import time
from collections.abc import Callable


def eventually(is_so: Callable[[], bool], *, within_s: float = 20) -> bool:
    """Ask until it is so; tell whether it was in time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
