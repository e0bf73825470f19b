"""Tells how long work should rest so that others find a processor when they need one.

The kernel counts for each thread how long it stood ready and waited for a processor, and how often
it ran (Linux, `/proc/thread-self/schedstat`, Documentation/scheduler/sched-stats.rst). A thread
that waits on others' behalf is the best witness of whether there is a processor to spare.
"""

from collections.abc import Callable

_LOOK_EVERY_S = 0.1
_FORGET_S = 1.0
_MOST_WAIT_NS = 60_000
"""What a thread may wait each time that it is ready: a few of them make one answer, and it is
what one of a calm server on two processors waits."""

_LEAST, _FIRST, _MOST = 0.05, 8.0, 16.0
_MOST_REST_S = 0.25
"""Work takes long, too, where other programs want the processors: nobody is kept out for those."""

type Waited = tuple[int, int]
"""Nanoseconds that a thread has waited for a processor, and how often it was given one."""


def waited_by_this_thread() -> Waited | None:
    """What the calling thread has waited since it began; None where the kernel does not say."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as counters:
            _, waited_ns, times = counters.read().split()
    except (OSError, ValueError):
        return None
    return int(waited_ns), int(times)


class Pace:
    """How long to rest for each second of work; more while the thread that asks has to wait.

    Begins in the middle, with eight times as long as it worked; where the kernel tells nothing it
    stays there.
    """

    def __init__(self, waited: Callable[[], Waited | None] = waited_by_this_thread) -> None:
        self._waited = waited
        self._rests = _FIRST
        self._looked_at = 0.0
        self._last: Waited | None = None

    def rest_s(self, worked_s: float, now: float) -> float:
        """Seconds to rest after so much work that has just ended."""
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._look(now)
        return min(worked_s * self._rests, _MOST_REST_S)

    def _look(self, now: float) -> None:
        is_old, before = now - self._looked_at > _FORGET_S, self._last
        self._looked_at, self._last = now, self._waited()
        if is_old or before is None or self._last is None:
            return
        waited_ns, times = self._last[0] - before[0], self._last[1] - before[1]
        if waited_ns > times * _MOST_WAIT_NS:
            self._rests = min(_MOST, self._rests * 1.3)
        else:
            self._rests = max(_LEAST, self._rests * 0.95)
