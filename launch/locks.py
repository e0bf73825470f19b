"""File locks: the kernel drops them when their holder dies, however it dies."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Self


class FileLock:
    """An advisory lock on one file, shared or exclusive; not inherited by programs we start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def try_exclusive(self) -> bool:
        """Take the lock alone if nobody has it; a shared lock of ours is given up either way."""
        return self._try(fcntl.LOCK_EX)

    def wait_shared(self, timeout_s: float) -> bool:
        return self._wait(fcntl.LOCK_SH, timeout_s)

    def wait_exclusive(self, timeout_s: float) -> bool:
        return self._wait(fcntl.LOCK_EX, timeout_s)

    def close(self) -> None:
        """Give up the lock and the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try(self, kind: int) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
            return True
        return False

    def _wait(self, kind: int, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while not self._try(kind):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True
