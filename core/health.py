"""Answers `/healthz` and `/readyz` before host routing, so that probes need no tenant."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

_PROBE_TIMEOUT_S = 1.0


class HealthMiddleware:
    """Alive: the process answers. Ready: the database and Redis answer it, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._redis = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=_PROBE_TIMEOUT_S,
            socket_connect_timeout=_PROBE_TIMEOUT_S,
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            return self.readiness()
        return self.get_response(request)

    def readiness(self) -> HttpResponse:
        """Name each part that was asked and how it answered."""
        parts = {"database": _database_answers(), "redis": self._redis_answers()}
        ready = all(parts.values())
        body = {
            "status": "ready" if ready else "not ready",
            "parts": {name: "ok" if ok else "no answer" for name, ok in parts.items()},
        }
        return JsonResponse(body, status=200 if ready else 503)

    def _redis_answers(self) -> bool:
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False
