"""Publishes frames to the gateways and wakes the relay: one round trip to Redis, from any thread.

Called after commit, in the thread of the request. Redis is best effort: nothing here raises, and
when Redis does not answer only the first caller waits for the timeout. What could not be sent is
remembered by topic and announced when Redis is back, so that gateways fill it from the journal.
The answer to a request waits for none of this (`publish_soon`).

The wire format is that of the channel layer (`RedisPubSubChannelLayer`, msgpack), without its
asyncio machinery, which would cost a thread more than all the rest of a publish.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgpack
import orjson
import redis
from django.conf import settings
from redis.connection import parse_url

from core.redis_line import Command, Errand, Replies, checked, leave, line_to

logger = logging.getLogger(__name__)

WAKE_KEY = "chancery:relay:wake"
_MOST_WAKES = 10_000
"""More than these are the sweep's to find: the list does not grow while no relay runs."""

_RETRY_S = 0.5
_MOST_MISSED = 20_000


class Wake(NamedTuple):
    """Tells the relay of one committed entry."""

    tenant: str
    entry_id: UUID
    needs_handlers: bool


def prefix_of(url: str) -> str:
    """Distinguishes our topics from those of other installations on the same Redis.

    Pub/sub knows nothing of Redis' numbered databases, so the number is part of every name.
    """
    number = parse_url(url).get("db", 0)
    return f"chancery-{number}" if number else "chancery"


def channel_of(prefix: str, topic: str) -> str:
    """The Redis channel of a topic: what the channel layer calls a group."""
    return f"{prefix}__group__{topic}"


def envelope(topic: str, frame: bytes | None) -> bytes:
    """What travels: the topic and the frame. Without a frame it says "look at the journal"."""
    packed = msgpack.packb({"type": "live.frame", "topic": topic, "frame": frame})
    return cast(bytes, packed)


class Bus:
    """A line to Redis behind a circuit breaker."""

    def __init__(self, url: str, *, retry_s: float = _RETRY_S) -> None:
        self._line = line_to(url)
        # Waiting for wake-ups takes longer than any publish may: a client of its own.
        self._waiting = redis.Redis.from_url(url, socket_connect_timeout=1.0, socket_timeout=30.0)
        self._prefix = prefix_of(url)
        self._retry_s = retry_s
        self._lock = threading.Lock()
        self._missed: dict[str, None] = {}
        self._is_open = False

    @property
    def is_up(self) -> bool:
        """False while Redis is being waited for."""
        return not self._is_open

    def publish(
        self,
        frames: Sequence[tuple[str, bytes]],
        wake: Sequence[tuple[str, UUID, bool]] = (),
    ) -> bool:
        """Send frames to their topics and wake the relay; says whether Redis took them.

        Never raises. The sweep of the outbox covers what a False leaves undone.
        """
        if self._is_open and self._miss(frames):
            return False
        try:
            self._sent(bool(wake), self._line.ask(self._commands(frames, wake)))
        except (redis.RedisError, OSError) as error:
            self._fail(frames, error)
            return False
        return True

    def publish_soon(
        self,
        frames: Sequence[tuple[str, bytes]],
        wake: Sequence[tuple[str, UUID, bool]] = (),
    ) -> None:
        """The same, once the answer to the request in hand is on its way; never raises.

        A process that dies between the two leaves it to the sweep, as one that dies before the
        answer does.
        """
        if self._is_open and self._miss(frames):
            return
        commands = self._commands(frames, wake)
        sent, failed = partial(self._sent, bool(wake)), partial(self._fail, frames)
        leave(Errand(self._line, commands, sent, failed))

    def next_wakes(self, *, timeout_s: float, most: int = 1000) -> list[Wake]:
        """Wait for wake-ups, oldest first; an empty list when none came. For the relay's loop.

        Errors  redis.RedisError when Redis is away: the caller sleeps and lets its sweep work.
        """
        first = cast(
            Any, self._waiting.blmpop(timeout_s, 1, WAKE_KEY, direction="RIGHT", count=most)
        )
        if not first:
            return []
        return [
            Wake(tenant, UUID(id_), needs) for tenant, id_, needs in map(orjson.loads, first[1])
        ]

    def _commands(
        self, frames: Sequence[tuple[str, bytes]], wake: Sequence[tuple[str, UUID, bool]]
    ) -> list[Command]:
        commands = [self._frame(topic, frame) for topic, frame in frames]
        if wake:
            commands.append(("LPUSH", WAKE_KEY, *[orjson.dumps(tuple(item)) for item in wake]))
        return commands

    def _frame(self, topic: str, frame: bytes | None) -> Command:
        return ("PUBLISH", channel_of(self._prefix, topic), envelope(topic, frame))

    def _sent(self, has_wakes: bool, replies: Replies) -> None:
        """See to what Redis replied: the last one says how many wake-ups wait by now."""
        checked(replies)
        if has_wakes and replies[-1] > _MOST_WAKES:
            checked(self._line.ask([("LTRIM", WAKE_KEY, 0, _MOST_WAKES - 1)]))

    def _fail(self, frames: Sequence[tuple[str, bytes]], error: Exception) -> None:
        self._open(error)
        self._miss(frames)

    def _miss(self, frames: Sequence[tuple[str, bytes]]) -> bool:
        """Remember the topics of frames left out; False when Redis came back just now."""
        with self._lock:
            if not self._is_open:
                return False
            for topic, _ in frames:
                if len(self._missed) < _MOST_MISSED:
                    self._missed[topic] = None
            return True

    def _open(self, error: Exception) -> None:
        """Stop asking Redis; a thread of its own finds out when it is back."""
        with self._lock:
            if self._is_open:
                return
            self._is_open = True
        logger.warning("Redis does not answer, frames wait in the journal: %s", error)
        threading.Thread(target=self._recover, name="bus-recovery", daemon=True).start()

    def _recover(self) -> None:
        while True:
            time.sleep(self._retry_s)
            try:
                checked(self._line.ask([("PING",)]))
                self._announce_missed()
            except (redis.RedisError, OSError):
                continue
            logger.info("Redis answers again")
            return

    def _announce_missed(self) -> None:
        """Close the breaker, then name the topics in which frames were left out.

        In this order, so that nothing is missed unannounced between the two.
        """
        with self._lock:
            missed, self._missed = self._missed, {}
            self._is_open = False
        try:
            checked(self._line.ask([self._frame(topic, None) for topic in missed]))
        except (redis.RedisError, OSError):
            with self._lock:
                self._missed = {**missed, **self._missed}
                self._is_open = True
            raise


type Neighbour = Callable[[str, bytes], None]
"""Takes a topic and a frame; called in the thread of the publisher, and must not wait."""

_neighbours: list[Neighbour] = []


def hand_on(neighbour: Neighbour) -> Callable[[], None]:
    """Hand frames that this process publishes to its own gateway at once; returns the way to stop.

    The same frame comes by Redis a moment later, and is known by its number.
    """
    _neighbours.append(neighbour)
    return lambda: _neighbours.remove(neighbour)


@cache
def default_bus() -> Bus:
    """The bus of this process."""
    return Bus(settings.REDIS_URL)


def publish(
    frames: Sequence[tuple[str, bytes]], wake: Sequence[tuple[str, UUID, bool]] = ()
) -> bool:
    """Publish on the bus of this process; see `Bus.publish`."""
    _hand_on(frames)
    return default_bus().publish(frames, wake)


def publish_soon(
    frames: Sequence[tuple[str, bytes]], wake: Sequence[tuple[str, UUID, bool]] = ()
) -> None:
    """Publish to this process now and to the others soon; see `Bus.publish_soon`."""
    _hand_on(frames)
    default_bus().publish_soon(frames, wake)


def _hand_on(frames: Sequence[tuple[str, bytes]]) -> None:
    for topic, frame in frames:
        for neighbour in _neighbours:
            neighbour(topic, frame)
