"""The cache: keys carry the tenant, and Redis may be away.

Packages that know nothing of tenants, or of Redis going away, use it too: allauth keeps its rate
limits here, and a sign-in must work without Redis.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from tenants.context import tenant_or_none

logger = logging.getLogger("chancery.cache")

_AWAY_S = 2.0
"""How long Redis is left alone after it did not answer, so that not each call waits for it."""


def tenant_key(key: str, prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: what one tenant caches, no other tenant can read."""
    return f"{prefix}:{tenant_or_none() or '-'}:{version}:{key}"


def _or_own(name: str) -> Callable[..., Any]:
    """A method that asks Redis, and this process's own memory while Redis is away."""

    def method(self: "RedisCacheOrOwn", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (redis.RedisError, OSError) as error:
                self._away_until = time.monotonic() + _AWAY_S
                logger.warning("Redis does not answer, this process caches for itself: %s", error)
        return getattr(self._own, name)(*args, **kwargs)

    method.__name__ = name
    return method


class RedisCacheOrOwn(RedisCache):
    """Redis; in its absence a small cache per process, so that limits go on holding."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        own = {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}}
        self._own = LocMemCache("redis-is-away", own)
        self._away_until = 0.0

    add = _or_own("add")
    get = _or_own("get")
    set = _or_own("set")
    touch = _or_own("touch")
    delete = _or_own("delete")
    get_many = _or_own("get_many")
    has_key = _or_own("has_key")
    incr = _or_own("incr")
    set_many = _or_own("set_many")
    delete_many = _or_own("delete_many")
    clear = _or_own("clear")

    @property
    def is_shared(self) -> bool:
        """Say whether what is read and written is that of all processes: whether Redis answers."""
        return time.monotonic() >= self._away_until

    def forget_tenant(self, slug: str) -> None:
        """Remove everything that a tenant has cached; without Redis it ends by itself, in hours."""
        client = self._cache.get_client(None, write=True)
        try:
            keys = list(client.scan_iter(match=f"{self.key_prefix}:{slug}:*", count=1000))
            if keys:
                client.delete(*keys)
        except (redis.RedisError, OSError) as error:
            logger.warning("the cache of tenant %s was not emptied: %s", slug, error)
