"""The clock of recurring jobs: what ran when is kept in Redis, as the jobs themselves are.

A file of its own would be lost with its container, and could be locked when the clock starts.
"""

import logging
import threading
from datetime import datetime
from typing import Any, cast

import redis
from celery.beat import Scheduler
from celery.platforms import EX_FAILURE
from celery.worker import state
from django.conf import settings

logger = logging.getLogger(__name__)

RAN_AT = "chancery:clock:ran-at"


class Timetable(Scheduler):
    """Goes on where the last clock stopped; without Redis it counts from its own start."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._redis = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=1.0
        )
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        try:
            ran_at = cast(dict[bytes, bytes], self._redis.hgetall(RAN_AT))
        except redis.RedisError as error:
            logger.warning("when jobs ran last is not known: %s", error)
            return
        for name, when in ran_at.items():
            entry = cast(dict[str, Any], self.schedule).get(name.decode())
            if entry is not None:
                entry.last_run_at = datetime.fromisoformat(when.decode())

    def reserve(self, entry: Any) -> Any:
        reserved = super().reserve(entry)
        try:
            self._redis.hset(RAN_AT, entry.name, reserved.last_run_at.isoformat())
        except redis.RedisError as error:
            logger.warning("when %s ran is not kept: %s", entry.name, error)
        return reserved


def end_with_clock(worker: Any) -> None:
    """Have a worker end once its own clock has died: whoever keeps the worker starts both again."""
    if worker.beat is None:
        return

    def watch() -> None:
        worker.beat.join()
        # By identity: a clean stop is EX_OK, which is 0, which equals False.
        is_told = any(
            flag is not None and flag is not False
            for flag in (state.should_stop, state.should_terminate)
        )
        if not is_told:
            logger.error("the clock has died; the worker ends with it")
            state.should_stop = EX_FAILURE

    threading.Thread(target=watch, name="clock-watch", daemon=True).start()
