"""Ports, processes and environments of this machine."""

import os
import socket
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid: int) -> list[int]:
    """The process ids below a process, itself excluded."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return []
    found = [int(child) for child in children.read_text().split()]
    return found + [each for child in found for each in descendants(child)]


def without_servers() -> dict[str, str]:
    """The environment of a machine on which nobody has set servers or a data directory."""
    ours = ("DATABASE_URL", "REDIS_URL", "CHANCERY_", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
