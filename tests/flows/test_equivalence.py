"""Whoever applies the events has what whoever asks over REST gets, whatever happened."""

import msgpack
import orjson
import redis
from django.conf import settings as django_settings
from django.test import TestCase
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from events import bus
from events.journal import entries_after
from events.models import Entry, StreamKind
from events.render import frames_of
from events.tasks import run_entry
from events.topics import topic_of
from tests.flows.device import Device, settle
from tests.flows.world import Model, World, actions, check_counts, check_same, personal_actions
from tests.messaging.calls import call
from tests.messaging.places import journal_types


def play(cast, script) -> World:
    world = World(cast)
    for step in script:
        world.act(*step)
    for stream_id in (world.other.id, world.place.id):
        for entry in Entry.objects.filter(stream_id=stream_id).order_by("seq"):
            assert run_entry(entry)
    return world


#: Every mark that messages get and lose: told by events of its own, asked for by name.
MARKED = [
    *(("post", 1, 0), ("pin", 0, 0), ("delete", 1, 1), ("restore", 1, 0), ("unpin", 0, 0)),
    *(("ask", 0, 1), ("vote", 1, 0), ("vote", 1, 1), ("vote", 0, 1), ("pin", 1, 0)),
    *(("vote", 0, 3), ("end_poll", 0, 0), ("vote", 1, 1)),
    *(("post", 1, 0), ("reply", 1, 0), ("delete", 1, 0), ("restore", 1, 0)),
]


def test_the_script_of_marks_does_what_it_says(cast, in_acme):
    world = play(cast, MARKED)

    told = journal_types(world.place.id)

    assert {kind: told.count(kind) for kind in MARKS_TOLD} == MARKS_TOLD


MARKS_TOLD = {
    "message.restored": 2,
    "message.pinned": 2,
    "message.unpinned": 1,
    "poll.voted": 4,
    "poll.closed": 1,
}


by_hypothesis = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@by_hypothesis
@example(script=MARKED)
@given(script=actions)
def test_the_journal_read_from_its_start_leads_to_the_state_of_now(cast, in_acme, script):
    world = play(cast, script)
    model = Model(call(cast.ana.api))

    for frame in frames_of(entries_after(world.place.id, 0)):
        model.apply(orjson.loads(frame))

    check_same(model, world)
    check_counts(world)


@by_hypothesis
@example(script=MARKED)
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


# An edit that calls on everybody where nobody was called on before.
@example(script=[("post", 1, 0), ("edit", 1, 1)], personal_first=True)
# Removed, put in again, marked as unread from the start of what can be read.
@example(
    script=[("rule", 0, 5), ("post", 1, 1), ("remove", 0, 1), ("add", 0, 1), ("read", 1, 0)],
    personal_first=False,
)
# A moment as owner between two announcements.
@example(
    script=[("rule", 0, 0), ("change_role", 0, 1), ("post", 1, 0), ("change_role", 0, 9)],
    personal_first=True,
)
@example(script=MARKED, personal_first=True)
@settings(parent=by_hypothesis, max_examples=10)
@given(script=personal_actions, personal_first=st.booleans())
def test_what_a_device_shows_after_each_event_is_what_the_server_counts(
    cast, in_acme, script, personal_first
):
    """Unread messages and mentions, rights, place in the sidebar: after every single act."""
    world = World(cast)
    seq = settle(world, 0)
    devices = [Device.opened(person, world) for person in world.people]
    for number, step in enumerate(script):
        world.act(*step)
        seq = settle(world, seq)
        for device in devices:
            device.hear(personal_first=personal_first)
            device.check()
        if number == len(script) // 2:
            devices += [Device.opened(person, world) for person in world.people[:2]]


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
