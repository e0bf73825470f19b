"""Who is here now: gateways note it in Redis, handlers ask. Of passing worth, never stored."""

import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from events.bus import prefix_of

FRESH_S = 120.0
"""A note that is not repeated for so long is void: its gateway died without a word."""

_TIMEOUT_S = 0.25


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


def _key(tenant: str) -> str:
    return f"{prefix_of(settings.REDIS_URL)}:here:{tenant}"


def note_here(tenant: str, user_ids: Iterable[str], *, fresh_s: float = FRESH_S) -> None:
    """These people are here, and looking; lost where Redis is away."""
    now = time.time()
    marks = dict.fromkeys(user_ids, now + fresh_s)
    if not marks:
        return
    try:
        with _redis().pipeline(transaction=False) as pipe:
            pipe.zadd(_key(tenant), cast(Any, marks))
            pipe.zremrangebyscore(_key(tenant), "-inf", now)
            pipe.expire(_key(tenant), int(fresh_s) + 60)
            pipe.execute()
    except (redis.RedisError, OSError):
        return


def note_gone(tenant: str, user_ids: Iterable[str]) -> None:
    """These people went, or look elsewhere."""
    gone = list(user_ids)
    if not gone:
        return
    try:
        _redis().zrem(_key(tenant), *gone)
    except (redis.RedisError, OSError):
        return


def here_among(tenant: str, user_ids: Sequence[UUID]) -> set[UUID] | None:
    """Those of these people who are here; None where nobody can tell."""
    if not user_ids:
        return set()
    try:
        scores = cast(Any, _redis().zmscore(_key(tenant), [str(one) for one in user_ids]))
    except (redis.RedisError, OSError):
        return None
    now = time.time()
    return {
        user_id
        for user_id, until in zip(user_ids, scores, strict=True)
        if until is not None and until > now
    }
