"""The clock goes on where the last one stopped."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import redis
from celery.platforms import EX_FAILURE, EX_OK
from celery.worker import state
from django.conf import settings
from django.test import override_settings

from config.celery import app
from core.timetable import RAN_AT, Timetable, end_with_clock

HOURLY = "accounts.tidy"


@pytest.fixture(autouse=True)
def clean(cast):
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(RAN_AT)
    yield
    client.delete(RAN_AT)


def clock() -> Timetable:
    return Timetable(app=app)


def test_what_ran_is_remembered_by_the_next_clock():
    first = clock()
    first.schedule[HOURLY].last_run_at = datetime.now(UTC) - timedelta(minutes=50)
    ran = first.reserve(first.schedule[HOURLY])

    following = clock().schedule[HOURLY]

    assert following.last_run_at == ran.last_run_at
    assert not following.is_due().is_due


def test_what_was_missed_while_no_clock_ran_is_due_at_once():
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.hset(RAN_AT, mapping={HOURLY: long_ago, "a.job.of.the.past": long_ago})

    following = clock()

    assert following.schedule[HOURLY].is_due().is_due
    assert "a.job.of.the.past" not in following.schedule


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_without_redis_it_counts_from_its_own_start():
    following = clock()

    assert not following.schedule[HOURLY].is_due().is_due
    assert following.reserve(following.schedule[HOURLY]).total_run_count == 1


class Worker:
    """A worker whose clock runs no more."""

    def __init__(self) -> None:
        self.beat = threading.Thread(target=lambda: None)
        self.beat.start()


def watched_to_its_end() -> None:
    before = set(threading.enumerate())
    end_with_clock(Worker())
    for thread in set(threading.enumerate()) - before:
        thread.join(10)


@pytest.mark.parametrize("flag", ["should_stop", "should_terminate"])
def test_a_worker_that_was_told_to_stop_says_nothing_of_its_clock(monkeypatch, caplog, flag):
    monkeypatch.setattr(state, flag, EX_OK)

    with caplog.at_level(logging.INFO):
        watched_to_its_end()

    assert caplog.messages == []
    assert getattr(state, flag) == EX_OK


def test_a_worker_whose_clock_died_ends_with_it(monkeypatch, caplog):
    monkeypatch.setattr(state, "should_stop", None)

    watched_to_its_end()

    assert caplog.messages == ["the clock has died; the worker ends with it"]
    assert state.should_stop == EX_FAILURE
