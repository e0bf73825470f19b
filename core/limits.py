"""Rate limits: a token bucket per person and class in Redis, per process when Redis is away.

Where a class allows for it (`Quota.is_lenient`), a process that knows of a bucket that it was more
than half full seconds ago does not wait for Redis: it counts the request here, and in Redis once
its answer is on its way. From half a burst on every request asks first, so that what is refused is
refused as ever; each thread of each process may be one request too late in seeing that.

Headers follow the IETF draft "RateLimit header fields for HTTP".
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import redis
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from redis.exceptions import NoScriptError

from core.errors import TooMany
from core.http import Request
from core.redis_line import Command, Errand, Line, Replies, checked, leave, line_to

# Generic cell rate algorithm: one value per bucket, the time at which it will be empty again.
_GCRA = """
local now = redis.call('TIME')
local t = tonumber(now[1]) + tonumber(now[2]) / 1000000
local per, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), t)
local room = burst - (tat - t) / per
if room < 1 then return {tostring(room), tostring((1 - room) * per)} end
redis.call('SET', KEYS[1], tostring(tat + per), 'PX', math.ceil((tat + per - t) * 1000) + 1000)
return {tostring(room), '0'}
"""
_DIGEST = hashlib.sha1(_GCRA.encode(), usedforsecurity=False).hexdigest()
_AWAY_S = 2.0
_TRUSTED_S = 10.0
_MOST_SEEN = 50_000


@dataclass(frozen=True, slots=True)
class Quota:
    """A class of requests: so many a minute, at most `burst` at once.

    A lenient one may be counted a moment later while a caller is far from its end.
    """

    name: str
    per_minute: int
    burst: int
    is_lenient: bool = False

    @property
    def seconds_each(self) -> float:
        return 60.0 / self.per_minute


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: requests left in the burst, and when to come back if none."""

    quota: Quota
    left: int
    retry_after_s: float


class _Seen(NamedTuple):
    """What is known here of a bucket: when it will be empty again, and when Redis said so."""

    empty_at: float
    said_at: float

    def room(self, quota: Quota, now: float) -> float:
        return quota.burst - max(0.0, self.empty_at - now) / quota.seconds_each


class Limiter:
    """Counts requests; asks Redis, and counts by itself for a while when Redis is away."""

    def __init__(self, url: str) -> None:
        self._line: Line = line_to(url)
        self._away_until = 0.0
        self._seen: dict[str, _Seen] = {}

    def take(self, bucket: str, quota: Quota) -> Standing:
        """Count one request against a bucket; `left` is 0 and `retry_after_s` set when full."""
        now, name = time.monotonic(), f"{quota.name}:{bucket}"
        if now < self._away_until:
            return self._take_here(name, quota, now)
        seen = self._seen.get(name) if quota.is_lenient else None
        if seen is not None and now - seen.said_at < _TRUSTED_S:
            room = seen.room(quota, now)
            if int(room) > quota.burst / 2:
                return self._take_and_tell(name, quota, seen, room, now)
        try:
            return self._take_there(name, quota)
        except (redis.RedisError, OSError) as error:
            self._be_without(error)
        return self._take_here(name, quota, now)

    def _take_there(self, name: str, quota: Quota) -> Standing:
        return self._learn(name, quota, self._line.ask([_counting(name, quota)]))

    def _take_and_tell(
        self, name: str, quota: Quota, seen: _Seen, room: float, now: float
    ) -> Standing:
        empty_at = max(seen.empty_at, now) + quota.seconds_each
        self._note(name, seen._replace(empty_at=empty_at))
        done = partial(self._learn, name, quota)
        leave(Errand(self._line, [_counting(name, quota)], done, self._be_without))
        return Standing(quota, int(room), 0.0)

    def _learn(self, name: str, quota: Quota, replies: Replies) -> Standing:
        """Remember what Redis says of a bucket after one more request."""
        if isinstance(replies[0], NoScriptError):
            _evalsha, _digest, *rest = _counting(name, quota)
            replies = self._line.ask([("EVAL", _GCRA, *rest)])
        room, wait = map(float, checked(replies)[0])
        now = time.monotonic()
        taken = quota.burst - room + (0 if wait else 1)
        empty_at = now + taken * quota.seconds_each
        known = self._seen.get(name)
        if known is not None:
            # Requests that are not told of yet are in what is known here alone.
            empty_at = max(empty_at, known.empty_at)
        self._note(name, _Seen(empty_at, now))
        return Standing(quota, int(room) if not wait else 0, wait)

    def _be_without(self, _error: Exception) -> None:
        self._away_until = time.monotonic() + _AWAY_S

    def _take_here(self, name: str, quota: Quota, now: float) -> Standing:
        seen = self._seen.get(name, _Seen(now, -math.inf))
        room = seen.room(quota, now)
        if room < 1:
            return Standing(quota, 0, (1 - room) * quota.seconds_each)
        empty_at = max(seen.empty_at, now) + quota.seconds_each
        self._note(name, seen._replace(empty_at=empty_at))
        return Standing(quota, int(room), 0.0)

    def _note(self, name: str, seen: _Seen) -> None:
        if name not in self._seen and len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen[name] = seen


def _counting(name: str, quota: Quota) -> Command:
    return ("EVALSHA", _DIGEST, 1, f"chancery:rate:{name}", quota.seconds_each, quota.burst)


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
