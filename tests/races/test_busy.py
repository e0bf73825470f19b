"""A busy channel: everything at once, workers included, and in the end it all fits together."""

import random

import orjson
import pytest

from events.journal import entries_after
from events.models import Entry
from events.render import frames_of
from events.tasks import run_entry, run_handlers
from messaging.attention.models import Mention
from messaging.messages.services import edit_message
from tenants.context import in_tenant
from tests.flows.world import VERBS, Model, World, check_counts, check_same
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

PEOPLE, STEPS = 6, 40
OPEN = [verb for verb in VERBS if verb != "archive"]


def test_everything_at_once_leaves_a_state_that_its_events_tell(cast):
    with in_tenant("acme"):
        # Whether somebody who came later was called on before depends on when the workers looked.
        world = World(cast, may_mark_unread=False)

    def act(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(STEPS):
            world.act(chance.choice(OPEN), chance.randrange(4), chance.randrange(30))

    def work() -> None:
        for _ in range(STEPS // 4):
            for entry in Entry.objects.filter(stream_id=world.place.id).order_by("?")[:5]:
                assert run_entry(entry)

    outcomes = at_once("acme", *[lambda seed=seed: act(seed) for seed in range(PEOPLE)], work, work)

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        for entry in Entry.objects.filter(stream_id=world.place.id).order_by("seq"):
            assert run_entry(entry)
        model = Model(call(cast.ana.api))
        while entries := entries_after(world.place.id, model.seq):
            for frame in frames_of(entries):
                model.apply(orjson.loads(frame))
        check_same(model, world)
        check_counts(world)


def test_a_job_that_comes_five_times_at_once_is_done_once(cast):
    place = make_channel(cast.ana, cast.bo)
    make_message(place, cast.bo, f"<@{cast.ana.id}> <!channel>")
    with in_tenant("acme"):
        ids = [str(id_) for id_ in Entry.objects.values_list("id", flat=True)]

    outcomes = at_once("acme", *[lambda: run_handlers(ids)] * 5)

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        assert Mention.objects.count() == 2
        assert journal_types(cast.ana.id).count("mention.created") == 1


def test_handlers_and_edits_at_once_leave_what_the_text_says(cast):
    place = make_channel(cast.ana, cast.bo)
    message = make_message(place, cast.bo, f"<@{cast.ana.id}>")
    texts = ["nobody", f"<@{cast.ana.id}>", "<!channel>"] * 3

    def edit() -> None:
        for text in texts:
            edit_message(cast.bo.actor, message_id=message.id, text=text)

    def work() -> None:
        for _ in range(6):
            for entry in Entry.objects.filter(stream_id=place.id).order_by("?"):
                assert run_entry(entry)

    outcomes = at_once("acme", edit, work, work)

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        for entry in Entry.objects.filter(stream_id=place.id).order_by("seq"):
            assert run_entry(entry)
        assert list(Mention.objects.values_list("user_id", flat=True)) == [None]
