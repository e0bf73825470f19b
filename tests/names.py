"""Names below localhost are this machine (RFC 6761), whether or not the system looks them up.

Browsers know that by themselves; programs ask the system, and many a machine's does not answer.
"""

import socket
from typing import Any

_look_up = socket.getaddrinfo


def know_localhost() -> None:
    """From now on this process finds organisations at their addresses below localhost."""
    socket.getaddrinfo = _found


def _found(host: Any, *rest: Any, **more: Any) -> Any:
    if isinstance(host, str) and host.lower().rstrip(".").endswith(".localhost"):
        host = "127.0.0.1"
    return _look_up(host, *rest, **more)
