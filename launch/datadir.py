"""The data directory: what lies where in it, and what is kept secret there."""

import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch.failure import LaunchError

ROOT = Path(__file__).resolve().parent.parent
LEAST_FREE_BYTES = 100 * 2**20
"""A new database takes half of this, and one that cannot write its journal stops at once."""


def default_data_dir() -> Path:
    """Return CHANCERY_DATA_DIR, or `var/` beside manage.py."""
    given = os.environ.get("CHANCERY_DATA_DIR")
    return Path(given).absolute() if given else ROOT / "var"


@dataclass(frozen=True)
class DataDir:
    """One data directory, prepared for use by `prepare`."""

    path: Path

    @classmethod
    def prepare(cls, path: Path) -> "DataDir":
        """Make the folders; raise LaunchError where that is impossible."""
        path = path.absolute()
        try:
            # The servers' account has to pass through, whatever the umask is.
            if not path.exists():
                path.mkdir(parents=True)
                path.chmod(0o755)
            for name in ("run", "log"):
                (path / name).mkdir(mode=0o700, exist_ok=True)
            (path / "run" / "writable").touch()
        except (FileExistsError, NotADirectoryError):
            raise LaunchError(
                f"{path} is not a folder: choose another place with CHANCERY_DATA_DIR."
            ) from None
        except OSError as error:
            raise LaunchError(
                f"The data directory {path} cannot be used ({error.strerror}):"
                " make it writable, or choose another place with CHANCERY_DATA_DIR."
            ) from None
        free = shutil.disk_usage(path).free
        if free < LEAST_FREE_BYTES:
            raise LaunchError(
                f"The disk of {path} is full ({free // 2**20} MB are free,"
                f" {LEAST_FREE_BYTES // 2**20} MB are needed):"
                " make room, or choose another place with CHANCERY_DATA_DIR."
            )
        return cls(path)

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def log(self) -> Path:
        return self.path / "log"

    def secret(self, name: str) -> str:
        """Return a secret of this data directory; it is made at the first request and stays."""
        path = self.run / f"{name}.secret"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    def port(self, name: str) -> int:
        """Return the port a server had the last time if it is free, else one that is."""
        path = self.run / f"{name}.port"
        if path.exists() and port_is_free(int(path.read_text())):
            return int(path.read_text())
        port = _any_free_port()
        write_private(path, str(port))
        return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read; readers see the old text or the new, never a part."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.rename(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return what a file of ours says, or None where there is none."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
