"""The publisher: quick when Redis answers, quicker when it does not, never an exception."""

import threading
import time
import uuid

from events.bus import Bus, channel_of, prefix_of
from tests.live.gateway import WAIT_S


def until(condition) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_wakes_come_out_in_the_order_they_went_in(valkey):
    bus = Bus(valkey.url)
    first, second = ("acme", uuid.uuid4(), True), ("globex", uuid.uuid4(), False)

    assert bus.publish([("acme.c.x", b"{}")], wake=[first])
    assert bus.publish([], wake=[second])

    assert bus.next_wakes(timeout_s=1) == [first, second]
    assert bus.next_wakes(timeout_s=0.01) == []


def test_wakes_do_not_grow_without_a_relay(valkey, monkeypatch):
    monkeypatch.setattr("events.bus._MOST_WAKES", 5)
    bus = Bus(valkey.url)

    for _ in range(4):
        bus.publish([], wake=[("acme", uuid.uuid4(), True)] * 3)

    assert len(bus.next_wakes(timeout_s=1)) == 5


def test_with_redis_stopped_a_publish_says_so_at_once(own_valkey):
    bus = Bus(own_valkey.url)
    own_valkey.stop()

    started = time.monotonic()
    answers = [bus.publish([("acme.c.x", b"{}")]) for _ in range(100)]

    assert answers == [False] * 100
    assert time.monotonic() - started < 1
    assert not bus.is_up


def test_with_redis_hanging_only_the_first_waits(own_valkey):
    bus = Bus(own_valkey.url, retry_s=0.05)
    with own_valkey.frozen():
        started = time.monotonic()
        assert bus.publish([("acme.c.x", b"{}")]) is False
        first_s = time.monotonic() - started
        assert bus.publish([("acme.c.x", b"{}")] * 50) is False
        rest_s = time.monotonic() - started - first_s

    assert first_s < 1
    assert rest_s < 0.1
    until(lambda: bus.is_up)
    assert bus.publish([("acme.c.x", b"{}")])


def test_what_was_left_out_is_announced_when_redis_is_back(own_valkey):
    bus = Bus(own_valkey.url, retry_s=0.05)
    listener = own_valkey.client().pubsub(ignore_subscribe_messages=True)
    listener.subscribe(channel_of("chancery", "acme.c.x"))
    listener.get_message(timeout=WAIT_S)
    with own_valkey.frozen():
        assert bus.publish([("acme.c.x", b'{"lost": true}')]) is False

    announced = None
    deadline = time.monotonic() + WAIT_S
    while announced is None and time.monotonic() < deadline:
        message = listener.get_message(timeout=1)
        # A hanging Redis may have taken the frame itself before it answered: that is no harm.
        if message is not None and b"lost" not in message["data"]:
            announced = message["data"]

    assert announced is not None
    assert b"acme.c.x" in announced


def test_databases_of_one_redis_are_kept_apart():
    assert prefix_of("redis://127.0.0.1:6379/0") == "chancery"
    assert prefix_of("redis://127.0.0.1:6379") == "chancery"
    assert prefix_of("redis://:secret@127.0.0.1:6379/3") == "chancery-3"
