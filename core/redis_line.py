"""Short conversations with Redis, for what happens with every request.

    line = line_to(settings.REDIS_URL)
    (left, count) = line.ask([("EVALSHA", digest, 1, key), ("INCR", other)])

    leave(Errand(line, [("PUBLISH", channel, frame)], failed=note))

`ask` takes one round trip for all commands, on a connection that the calling thread has for itself.
redis-py's client and pool cost twice as much processor for the same (70 and 32 microseconds for
what a message needs), and a message is where that counts; everything else uses the client.

`leave` is for what the answer to a request need not wait for. The thread that answers runs such
errands once the answer is on its way, all of them in one round trip. Outside of a request they run
at once.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

type Command = tuple[str | bytes | int | float, ...]
type Replies = Sequence[Any]

TIMEOUT_S = 0.25
_UNCOUNTED = 1 << 62


class Line:
    """Connections to one Redis, one for each thread that asks."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        # The pool only reads the URL for us. Connections end with their threads and are never given
        # back to it: it must not count how many it has made, and refuse the hundred-and-first.
        self._pool = redis.ConnectionPool.from_url(
            url,
            max_connections=_UNCOUNTED,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
        )
        self._of_thread = threading.local()

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands together; returns their replies. What Redis refuses is a ResponseError
        among the replies.

        A connection that ended since it was last used is made anew, once: a command may then run
        twice.

        Errors  redis.ConnectionError and redis.TimeoutError where Redis does not answer.
        """
        held = self._held()
        try:
            return held.ask(commands)
        except redis.TimeoutError:
            raise
        except (redis.ConnectionError, OSError):
            if not held.is_used:
                raise
        held.is_used = False
        return held.ask(commands)

    def _held(self) -> "_Held":
        """This thread's connection; what a fork inherits is its parent's."""
        held: _Held | None = getattr(self._of_thread, "held", None)
        if held is None or held.owner != os.getpid():
            held = self._of_thread.held = _Held(self._pool.make_connection())
        return held


class _Held:
    """A connection of one thread."""

    def __init__(self, connection: Any) -> None:
        self.owner = os.getpid()
        self.is_used = False
        self._connection = connection

    def __del__(self) -> None:
        # With its thread, and not when garbage is collected: a connection holds on to itself.
        self._connection.disconnect()

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection
        try:
            packed = connection.pack_commands(commands)
            connection.send_packed_command(packed, check_health=False)
            replies = [_reply(connection) for _ in commands]
        except BaseException:
            # Replies that were not read would be taken for those of the next commands.
            connection.disconnect()
            raise
        self.is_used = True
        return replies


def _reply(connection: Any) -> Any:
    try:
        return connection.read_response()
    except redis.ResponseError as refused:
        return refused


@cache
def line_to(url: str) -> Line:
    """The line of this process to a Redis."""
    return Line(url)


def checked(replies: Replies) -> Replies:
    """The replies, unless Redis refused one of the commands: that one is raised."""
    for reply in replies:
        if isinstance(reply, redis.ResponseError):
            raise reply
    return replies


class Errand(NamedTuple):
    """Something that Redis is told, and what is done with its replies or with their lack.

    `failed` is also called where `done` raises a RedisError.
    """

    line: Line
    commands: Sequence[Command]
    done: Callable[[Replies], object]
    failed: Callable[[Exception], object]


class Errands:
    """Keeps what is left while some work is done, and runs it after."""

    def __init__(self) -> None:
        self._kept: list[Errand] | None = None

    def of[T](self, work: Callable[[], T]) -> T:
        """Do work whose errands are kept."""
        self._kept = []
        token = _left.set(self)
        try:
            return work()
        finally:
            _left.reset(token)

    def add(self, errand: Errand) -> None:
        if self._kept is None:
            # Work that outlives the request, in a copy of its context: nobody comes for these.
            run([errand])
        else:
            self._kept.append(errand)

    def run(self) -> None:
        """Run what was kept. Never raises."""
        kept, self._kept = self._kept, None
        run(kept or ())


_left: ContextVar[Errands | None] = ContextVar("errands_left", default=None)


def leave(errand: Errand) -> None:
    """Have an errand run when the answer to the request in hand is on its way; else at once."""
    errands = _left.get()
    if errands is None:
        run([errand])
    else:
        errands.add(errand)


def run(errands: Sequence[Errand]) -> None:
    """Run errands, those on one line in one round trip. Never raises."""
    for line in dict.fromkeys(errand.line for errand in errands):
        _run_on(line, [errand for errand in errands if errand.line is line])


def _run_on(line: Line, errands: Sequence[Errand]) -> None:
    try:
        replies = line.ask([command for errand in errands for command in errand.commands])
    except (redis.RedisError, OSError) as error:
        for errand in errands:
            errand.failed(error)
        return
    start = 0
    for errand in errands:
        end = start + len(errand.commands)
        try:
            errand.done(replies[start:end])
        except redis.RedisError as error:
            errand.failed(error)
        except Exception:
            logger.exception("what Redis replied could not be used")
        start = end
