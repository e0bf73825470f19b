"""The relay finds what a crash or an absent Redis left, and settles it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import msgpack
import orjson
import pytest
import redis
from celery import current_app
from django.conf import settings
from django.utils import timezone

from core.actor import system_actor
from events import bus
from events.journal import publish
from events.models import Entry, StreamKind
from events.outbox import items
from events.outbox.models import OutboxItem
from events.relay import Relay
from events.topics import topic_of
from messaging.conversations.events import ConversationUpdated
from messaging.messages.events import MessageCreated
from tenants.context import in_tenant
from tests.launch.waiting import eventually

LONG_AGO = timedelta(minutes=1)


@pytest.fixture
def owed(in_acme):
    """Entries whose web process died between the commit and the publish."""
    # Where Redis was slow for a test before, the bus asks it again after half a second.
    assert eventually(lambda: bus.default_bus().is_up)

    def leave(*facts) -> list:
        entries = [publish(fact, by=system_actor("acme")) for fact in facts]
        OutboxItem.objects.update(created_at=timezone.now() - LONG_AGO)
        return [entry.entry_id for entry in entries]

    return leave


@pytest.fixture
def listener() -> Iterator[redis.client.PubSub]:
    with redis.Redis.from_url(settings.REDIS_URL).pubsub() as listening:
        listening.psubscribe("*")
        listening.get_message(timeout=5)
        yield listening


@pytest.fixture
def queue(clean_redis) -> Iterator[redis.Redis]:
    """The queue of the workers, of which none runs here."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(QUEUE)
    yield client
    client.delete(QUEUE)


QUEUE = "chancery:celery:work"


def frame(listening: redis.client.PubSub, stream_id) -> dict:
    topic = topic_of("acme", StreamKind.CONVERSATION, stream_id)
    channel = bus.channel_of(bus.prefix_of(settings.REDIS_URL), topic).encode()
    while message := listening.get_message(timeout=5):
        if message["type"] == "pmessage" and message["channel"] == channel:
            return orjson.loads(msgpack.unpackb(message["data"])["frame"])
    raise AssertionError("nothing was published")


def test_what_was_never_published_is_published_by_the_sweep(owed, listener):
    stream = uuid4()
    owed(ConversationUpdated(stream))

    assert Relay().sweep() == 1

    sent = frame(listener, stream)
    assert (sent["seq"], sent["event"]) == (1, "chancery.conversation.updated.v1")
    assert OutboxItem.objects.count() == 0
    assert Relay().sweep() == 0


def test_what_has_handlers_is_queued_and_owed_until_they_are_done(owed, queue):
    (entry_id,) = owed(MessageCreated(uuid4(), uuid4(), None, calls_all=True))

    Relay().sweep()

    assert queue.llen(QUEUE) == 1
    item = OutboxItem.objects.get()
    assert (item.entry_id, item.attempts) == (entry_id, 1)
    assert Relay().sweep() == 0
    OutboxItem.objects.update(queued_at=timezone.now() - LONG_AGO)
    assert Relay().sweep() == 1
    assert (queue.llen(QUEUE), OutboxItem.objects.get().attempts) == (2, 2)


def test_what_is_fresh_is_left_to_its_wake_up(in_acme):
    publish(ConversationUpdated(uuid4()), by=system_actor("acme"))

    assert Relay().sweep() == 0
    assert OutboxItem.objects.count() == 1


def test_an_entry_that_nobody_can_read_does_not_stop_the_others(owed, listener, real_commits):
    stream = uuid4()
    owed(ConversationUpdated(stream))
    with in_tenant("globex"):
        unread = publish(ConversationUpdated(uuid4()), by=system_actor("globex")).entry_id
        Entry.objects.filter(id=unread).update(type="chancery.stone.polished.v9")
    long_ago = timezone.now() - 2 * LONG_AGO
    OutboxItem.objects.filter(entry_id=unread).update(created_at=long_ago)
    OutboxItem.objects.create(
        entry_id=uuid4(), tenant="gone-by-now", needs_handlers=False, created_at=long_ago
    )

    Relay().sweep()

    assert frame(listener, stream)["seq"] == 1
    assert OutboxItem.objects.count() == 0


def test_what_redis_does_not_take_stays_owed(owed, monkeypatch):
    owed(ConversationUpdated(uuid4()))
    away = bus.Bus("redis://127.0.0.1:1/0")
    monkeypatch.setattr(bus, "default_bus", lambda: away)

    assert Relay().sweep() == 1
    assert OutboxItem.objects.count() == 1
    assert Relay().sweep() == 0  # nobody is asked for as long as Redis is away
    assert OutboxItem.objects.count() == 1


def test_what_the_broker_does_not_take_is_found_by_the_next_sweep(owed, monkeypatch):
    owed(MessageCreated(uuid4(), uuid4(), None, calls_all=True))
    (item,) = items.overdue()

    def refuse(*args, **more):
        raise ConnectionError("no broker")

    monkeypatch.setattr(current_app.tasks["events.run_handlers"], "apply_async", refuse)
    with pytest.raises(ConnectionError):
        Relay().settle([item])

    left = OutboxItem.objects.get()
    assert (left.queued_at, left.attempts) == (None, 0)


def test_the_age_of_the_backlog_is_known(owed):
    assert items.lag_s() == 0.0

    owed(ConversationUpdated(uuid4()))

    assert 60 <= items.lag_s() < 90
