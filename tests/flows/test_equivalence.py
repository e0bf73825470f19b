"""Whoever applies the events has what whoever asks over REST gets, whatever happened."""

import msgpack
import orjson
import redis
from django.conf import settings as django_settings
from django.test import TestCase
from hypothesis import HealthCheck, given, settings

from events import bus
from events.journal import entries_after
from events.models import Entry, StreamKind
from events.render import frames_of
from events.tasks import run_entry
from events.topics import topic_of
from tests.flows.world import Model, World, actions, check_counts, check_same
from tests.messaging.calls import call


def play(cast, script) -> World:
    world = World(cast)
    for step in script:
        world.act(*step)
    for entry in Entry.objects.filter(stream_id=world.place.id).order_by("seq"):
        assert run_entry(entry)
    return world


by_hypothesis = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@by_hypothesis
@given(script=actions)
def test_the_journal_read_from_its_start_leads_to_the_state_of_now(cast, in_acme, script):
    world = play(cast, script)
    model = Model(call(cast.ana.api))

    for frame in frames_of(entries_after(world.place.id, 0)):
        model.apply(orjson.loads(frame))

    check_same(model, world)
    check_counts(world)


@by_hypothesis
@given(script=actions)
def test_the_frames_as_they_went_out_lead_to_the_state_of_now(cast, in_acme, script):
    with redis.Redis.from_url(django_settings.REDIS_URL).pubsub() as listener:
        listener.psubscribe("*")
        listener.get_message(timeout=5)
        with TestCase.captureOnCommitCallbacks(execute=True):
            world = World(cast)
        for step in script:
            world.act(*step)
        topic = topic_of("acme", StreamKind.CONVERSATION, world.place.id)
        channel = bus.channel_of(bus.prefix_of(django_settings.REDIS_URL), topic)
        frames = heard(listener, channel, until=model_head(world))
    model = Model(call(cast.ana.api))

    for frame in frames:
        model.apply(frame)

    check_same(model, world)


def model_head(world: World) -> int:
    return Entry.objects.filter(stream_id=world.place.id).count()


def heard(listener: redis.client.PubSub, channel: str, *, until: int) -> list[dict]:
    """The frames of a topic as Redis carried them, up to a number."""
    frames: list[dict] = []
    while not frames or frames[-1]["seq"] < until:
        message = listener.get_message(timeout=5)
        assert message is not None, f"only {len(frames)} of {until} frames were published"
        if message["type"] == "pmessage" and message["channel"].decode() == channel:
            frames.append(orjson.loads(msgpack.unpackb(message["data"])["frame"]))
    return frames
