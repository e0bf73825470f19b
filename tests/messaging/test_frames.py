"""Frames are drawn in batches, with their rows as they are now."""

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.journal import entries_after
from events.models import Entry
from events.render import frames_of
from messaging.conversations.services import update_conversation
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message
from messaging.reactions.services import add_reaction
from messaging.receipts.services import mark_read
from tests.messaging.places import make_channel, make_message, make_messages

THUMB = "\U0001f44d"


def frames(stream_id, after: int = 0) -> list[dict]:
    return [orjson.loads(frame) for frame in frames_of(entries_after(stream_id, after))]


def test_deleted_text_never_comes_back(cast, in_acme, general):
    message = make_message(general, cast.bo, "a secret")
    edit_message(cast.bo.actor, message_id=message.id, text="another secret")
    delete_message(cast.bo.actor, message_id=message.id)

    told = frames(general.id, after=3)

    assert [frame["event"] for frame in told] == [
        "chancery.message.created.v1",
        "chancery.message.edited.v1",
        "chancery.message.deleted.v1",
    ]
    assert "secret" not in str(told)
    assert all(frame["data"]["deleted_at"] for frame in told)


def test_a_frame_names_its_stream(cast, in_acme, general, hello):
    mark_read(cast.ana.actor, conversation_id=general.id, seq=hello.seq)

    of_place, of_person = frames(general.id)[-1], frames(cast.ana.id)[-1]

    assert set(of_place) == {"type", "id", "event", "stream", "conversation_id", "seq", "data"}
    assert (of_place["stream"], of_place["conversation_id"]) == ("conversation", str(general.id))
    assert (of_person["stream"], of_person["conversation_id"]) == ("user", None)
    assert of_person["data"] == {
        "user_id": str(cast.ana.id),
        "conversation_id": str(general.id),
        "read_seq": hello.seq,
    }


def test_a_conversation_is_shown_without_what_belongs_to_one_person(cast, in_acme, general):
    update_conversation(cast.ana.actor, conversation_id=general.id, topic="News")

    data = frames(general.id)[-1]["data"]

    assert data["topic"] == "News"
    assert not {"membership", "unread", "can"} & set(data)


def test_what_is_gone_keeps_its_number_and_says_nothing(cast, in_acme, general, hello):
    Message.objects.filter(id=hello.id).delete()

    (frame,) = frames(general.id, after=3)

    assert (frame["seq"], frame["data"]) == (4, None)


@pytest.mark.parametrize("size", [1, 40])
def test_a_batch_costs_the_same_queries_whatever_its_size(cast, in_acme, size):
    place = make_channel(cast.ana, cast.bo)
    for message in make_messages(place, cast.bo, "x" * size):
        add_reaction(cast.ana.actor, message_id=message.id, emoji=THUMB)
        make_message(place, cast.ana, "reply", thread=message)
        edit_message(cast.bo.actor, message_id=message.id, text="y")
    update_conversation(cast.ana.actor, conversation_id=place.id, topic="News")
    entries = list(Entry.objects.filter(stream_id=place.id).order_by("seq"))

    with CaptureQueriesContext(connection) as context:
        assert len(frames_of(entries)) == len(entries)

    # Created and edited messages with reactions, faces; reactions and where their messages stand;
    # the conversation twice; how many its members are.
    assert len(context) == 11
