"""How long a store that does not answer is asked again, and by how many at once.

Every caller waits as long as the store may take. Without this, a store that hangs holds one after
the other of the threads that serve everybody, whether they want a file or not.
"""

import threading
import time
from collections.abc import Callable

PAUSE_S = 5


class Patience:
    """After a failure nobody waits for some seconds; then one asks, and the others wait for it."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._away_until = 0.0

    def may_ask(self) -> bool:
        """Say whether the store may be asked now. Who is told so after a pause asks for all."""
        if self._away_until == 0.0:
            return True
        with self._lock:
            now = self._clock()
            if now < self._away_until:
                return False
            # Whoever asks now may wait long, and may never come back to say how it went.
            self._away_until = now + PAUSE_S
            return True

    def failed(self) -> None:
        """The store did not answer."""
        with self._lock:
            self._away_until = self._clock() + PAUSE_S

    def worked(self) -> None:
        """The store answered, if only to refuse."""
        self._away_until = 0.0
