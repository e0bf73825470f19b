"""What the tests of the lane have served in another process."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Say who answers; be large, break off or die, when asked to."""
    start_response("200 OK", [("X-Pid", str(os.getpid()))])
    match environ["PATH_INFO"]:
        case "/large":
            return (bytes([number]) * 50_000 for number in range(6))
        case "/break":
            return broken()
        case "/die":
            os.kill(os.getpid(), signal.SIGKILL)
    return [environ["wsgi.input"].read(), b" ", threading.current_thread().name.encode()]


def broken() -> Iterator[bytes]:
    """An answer whose middle cannot be made."""
    yield b"x" * 100_000
    raise FileNotFoundError
