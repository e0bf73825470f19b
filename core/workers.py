"""Whether any worker does its work: the clock has one leave a mark in Redis every few seconds."""

import time

import redis

MARK = "chancery:workers:seen"
EVERY_S = 20
_FORGOTTEN_AFTER_S = 86_400


def leave_mark(client: redis.Redis) -> None:
    """Called by a task: both the clock and a worker must be up for it to run."""
    client.set(MARK, int(time.time()), ex=_FORGOTTEN_AFTER_S)


def seen_s_ago(client: redis.Redis) -> int | None:
    """How long ago a worker did something; None where none has within a day."""
    mark = client.get(MARK)
    return None if mark is None else max(0, int(time.time()) - int(mark))
