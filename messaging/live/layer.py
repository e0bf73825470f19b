"""The channel layer of the gateways: channels-redis' pub/sub layer, with a notice on reconnecting.

The layer subscribes again by itself after its connection broke, but tells nobody that what was
published meanwhile is lost. redis-py calls `redis_connect_func` on each new connection: that is
the notice, by public parameters only.
"""

import logging
from collections.abc import Callable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from events.bus import prefix_of


def live_layer(url: str, on_connect: Callable[[], None]) -> RedisPubSubChannelLayer:
    """A layer on the Redis at `url` that calls `on_connect` after each (re)connection."""

    async def connected(connection: AbstractConnection) -> None:
        await connection.on_connect()
        on_connect()

    host: dict[str, Any] = {
        "address": url,
        "redis_connect_func": connected,
        # One immediate retry mends a connection that was cut. With Redis down it fails at once, and
        # the layer's receiver and our own loops try again every second.
        "retry": Retry(NoBackoff(), 1),
        "socket_connect_timeout": 1.0,
        "health_check_interval": 10,
        "max_connections": 50,
    }
    return RedisPubSubChannelLayer(hosts=[host], prefix=prefix_of(url))


class _WithoutTracebacks(logging.Filter):
    """The layer logs a traceback per second while Redis is down; the hub says it once."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, (RedisConnectionError, RedisTimeoutError, OSError))


logging.getLogger("channels_redis.pubsub").addFilter(_WithoutTracebacks())
