"""Rate limits: a token bucket per person and class in Redis, per process when Redis is away.

Headers follow the IETF draft "RateLimit header fields for HTTP".
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.errors import TooMany
from core.http import Request

# Generic cell rate algorithm: one value per bucket, the time at which it will be empty again.
_GCRA = """
local now = redis.call('TIME')
local t = tonumber(now[1]) + tonumber(now[2]) / 1000000
local per, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), t)
local room = burst - (tat - t) / per
if room < 1 then return {0, tostring((1 - room) * per)} end
redis.call('SET', KEYS[1], tostring(tat + per), 'PX', math.ceil((tat + per - t) * 1000) + 1000)
return {math.floor(room), '0'}
"""
_TIMEOUT_S = 0.1
_AWAY_S = 2.0
_MOST_LOCAL = 50_000


@dataclass(frozen=True, slots=True)
class Quota:
    """A class of requests: so many a minute, at most `burst` at once."""

    name: str
    per_minute: int
    burst: int

    @property
    def seconds_each(self) -> float:
        return 60.0 / self.per_minute


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: requests left in the burst, and when to come back if none."""

    quota: Quota
    left: int
    retry_after_s: float


class Limiter:
    """Counts requests; asks Redis, and counts by itself for a while when Redis is away."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._redis.register_script(_GCRA)
        self._away_until = 0.0
        self._local: dict[str, float] = {}

    def take(self, bucket: str, quota: Quota) -> Standing:
        """Count one request against a bucket; `left` is 0 and `retry_after_s` set when full."""
        now = time.monotonic()
        if now >= self._away_until:
            try:
                left, wait = self._script(
                    keys=[f"chancery:rate:{quota.name}:{bucket}"],
                    args=[quota.seconds_each, quota.burst],
                )
                return Standing(quota, int(left), float(wait))
            except (redis.RedisError, OSError):
                self._away_until = now + _AWAY_S
        return self._take_here(f"{quota.name}:{bucket}", quota, now)

    def _take_here(self, bucket: str, quota: Quota, now: float) -> Standing:
        if len(self._local) > _MOST_LOCAL:
            self._local.clear()
        empty_at = max(self._local.get(bucket, 0.0), now)
        room = quota.burst - (empty_at - now) / quota.seconds_each
        if room < 1:
            return Standing(quota, 0, (1 - room) * quota.seconds_each)
        self._local[bucket] = empty_at + quota.seconds_each
        return Standing(quota, int(room), 0.0)


@cache
def default_limiter() -> Limiter:
    """The limiter of this process."""
    return Limiter(settings.REDIS_URL)


def check(request: Request, bucket: str, quota: Quota) -> None:
    """Count a request; TooMany where its class is used up."""
    standing = default_limiter().take(bucket, quota)
    request.rate_standing = standing
    if standing.retry_after_s > 0:
        raise TooMany(
            quota.name,
            _("Wait before the next request; Retry-After says how long."),
            retry_after_s=int(standing.retry_after_s) + 1,
        )


class RateLimitHeadersMiddleware:
    """Tells callers where they stand."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        standing: Standing | None = getattr(request, "rate_standing", None)
        if standing is not None:
            quota = standing.quota
            window_s = round(quota.burst * quota.seconds_each)
            response["RateLimit-Policy"] = f'"{quota.name}";q={quota.burst};w={window_s}'
            left, each_s = max(0, standing.left - 1), max(1, round(quota.seconds_each))
            response["RateLimit"] = f'"{quota.name}";r={left};t={each_s}'
        return response
