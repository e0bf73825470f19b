"""What the tests of the lane have served in another process."""

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Say who answers; be large, break off or die, when asked to."""
    headers = [("X-Pid", str(os.getpid()))]
    if environ["PATH_INFO"] == "/file":
        headers.append(("Content-Length", "5000000"))
    start_response("200 OK", headers)
    match environ["PATH_INFO"]:
        case "/file" | "/stream":
            return (b"x" * 50_000 for _ in range(100))
        case "/huge":
            return (b"x" * 50_000 for _ in range(400))
        case "/slow":
            time.sleep(0.3)
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
