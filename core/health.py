"""Answers `/healthz`, `/readyz` and `/metrics` before host routing: probes need no tenant."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpResponse, JsonResponse
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import workers
from core.http import Request
from core.metrics import is_from_here, metrics_page

_PROBE_TIMEOUT_S = 1.0


class HealthMiddleware:
    """Alive: the process answers. Ready: the database and Redis answer it, too."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response
        self._redis = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=_PROBE_TIMEOUT_S,
            socket_connect_timeout=_PROBE_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )

    def __call__(self, request: Request) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.readiness()
        if request.path == "/metrics" and is_from_here(request):
            return metrics_page()
        return self.get_response(request)

    def readiness(self) -> HttpResponse:
        """Name each part that was asked and how it answered.

        Workers are reported and do not count: without them people can still talk.
        """
        redis_answers, workers_seen = self._ask_redis()
        parts = {"database": _database_answers(), "redis": redis_answers}
        ready = all(parts.values())
        body = {
            "status": "ready" if ready else "not ready",
            "parts": {name: "ok" if ok else "no answer" for name, ok in parts.items()},
            "workers": {"seen_s_ago": workers_seen},
        }
        return JsonResponse(body, status=200 if ready else 503)

    def _ask_redis(self) -> tuple[bool, int | None]:
        try:
            return True, workers.seen_s_ago(self._redis)
        except (redis.RedisError, OSError):
            return False, None


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False
