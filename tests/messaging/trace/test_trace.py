"""Where a message went, for those who may read the record, and never what it says."""

import pytest

from core.errors import Forbidden, NotFound
from core.ids import new_id
from events.models import DeadLetter, Entry
from events.tasks import run_entry
from messaging.messages.services import edit_message
from messaging.moving.across import move_to_conversation
from messaging.pins.services import pin_message
from messaging.receipts.services import mark_read
from messaging.trace.selectors import trace
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message


def entry_of(message, kind="created") -> Entry:
    return Entry.objects.get(
        stream_id=message.conversation_id,
        type=f"chancery.message.{kind}.v1",
        data__message_id=str(message.id),
    )


def test_the_way_of_a_message_is_told_step_by_step(cast, in_acme, general):
    message = make_message(general, cast.bo, f"a secret for <@{cast.ana.id}>")
    edit_message(cast.bo.actor, message_id=message.id, text="another secret")
    run_entry(entry_of(message))
    mark_read(cast.ana.actor, conversation_id=general.id, seq=message.seq + 1)

    way = trace(cast.ana.actor, message.id)

    created, edited = way["events"]
    assert (created["event"], edited["event"]) == (
        "chancery.message.created.v1",
        "chancery.message.edited.v1",
    )
    assert created["correlation_id"] == entry_of(message).correlation_id
    done = {one["handler"]: one["state"] for one in created["handlers"]}
    assert done["messaging.attention.handlers.record_mentions"] == "done"
    assert edited["relay"]["state"] == "waiting"
    waiting = {one["handler"]: one["state"] for one in edited["handlers"]}
    assert waiting["messaging.attention.handlers.check_mentions"] == "waiting"
    assert way["reach"]["state"] == "seen"
    assert "secret" not in str(way)


def test_a_dead_letter_is_named_without_what_it_says(cast, in_acme, general):
    message = make_message(general, cast.bo, f"<@{cast.ana.id}>")
    entry = entry_of(message)
    DeadLetter.objects.create(
        entry_id=entry.id,
        handler="somebody.elses",
        error="ValueError: a word of the message",
        attempts=8,
        created_at=entry.occurred_at,
    )

    (created,) = trace(cast.ana.actor, message.id)["events"]

    dead = [one for one in created["handlers"] if one["state"] == "dead-lettered"]
    assert [(one["handler"], one["error"], one["attempts"]) for one in dead] == [
        ("somebody.elses", "ValueError", 8)
    ]


def test_members_may_not_trace_not_even_their_own(cast, in_acme, general):
    message = make_message(general, cast.bo, "x")

    for id_ in (message.id, new_id()):
        with pytest.raises(Forbidden):
            trace(cast.bo.actor, id_)


def test_what_is_not_there_is_not_found(cast, in_acme):
    with pytest.raises(NotFound):
        trace(cast.ana.actor, new_id())


def test_over_rest_and_in_the_console(cast, general):
    message = make_message(general, cast.bo, "a secret")

    traced = call(cast.ana.api).get(f"/messages/{message.id}/trace")
    page = cast.ana.client.get("/admin/messaging/conversation/trace/", {"message": str(message.id)})
    refused = cast.bo.client.get("/admin/messaging/conversation/trace/")
    empty = cast.ana.client.get("/admin/messaging/conversation/trace/", {"message": "what?\x00"})

    assert traced.body["events"][0]["event"] == "chancery.message.created.v1"
    assert page.status_code == 200
    assert "chancery.message.created.v1" in page.text
    assert traced.body["events"][0]["correlation_id"] in page.text
    assert "a secret" not in page.text
    assert refused.status_code in {302, 403}
    assert "Give the id" in empty.text


def test_another_organisation_traces_nothing(cast, general):
    message = make_message(general, cast.bo, "x")

    assert call(cast.dee.api).get(f"/messages/{message.id}/trace").status == 404


def test_a_message_that_was_moved_is_followed_through_both_conversations(cast, in_acme, general):
    there = make_channel(cast.ana, name="there")
    message = make_message(general, cast.bo, "a secret")
    move_to_conversation(cast.ana.actor, message_ids=[message.id], conversation_id=there.id)
    pin_message(cast.ana.actor, message_id=message.id)

    way = trace(cast.ana.actor, message.id)

    assert way["conversation_id"] == there.id
    verbs = [one["event"].split(".")[2] for one in way["events"]]
    assert (verbs[0], verbs[-1]) == ("created", "pinned")
    assert sorted(verbs[1:-1]) == ["arrived", "departed"]
    assert "secret" not in str(way)
