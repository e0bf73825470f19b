"""Pins: what the members of a conversation keep at hand."""

import pytest

from core.errors import Conflict, Forbidden, NotFound
from messaging.conversations.models import Conversation
from messaging.conversations.services import archive_conversation, join_conversation
from messaging.messages.models import Message
from messaging.messages.services import delete_message
from messaging.pins import services
from messaging.pins.models import Pin
from messaging.pins.services import pin_message, unpin_message
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_message, make_messages
from tests.messaging.test_frames import frames


def test_pinning_twice_is_one_pin_and_one_line(cast, in_acme, general, hello):
    for _ in range(2):
        pin_message(cast.ana.actor, message_id=hello.id)

    assert Pin.objects.count() == 1
    assert journal_types(general.id)[4:] == ["message.pinned", "message.created"]
    line = Message.objects.get(kind="system")
    assert (line.subtype, line.text, line.author_id) == ("pinned", str(hello.id), cast.ana.id)


def test_everybody_sees_who_pinned_what_and_when(cast, in_acme, general, hello):
    pin_message(cast.ana.actor, message_id=hello.id)
    pin = Pin.objects.get()

    (item,) = call(cast.bo.api).get(f"/conversations/{general.id}/pins").items
    history = call(cast.bo.api).get(f"/conversations/{general.id}/messages").items
    (told,) = [frame for frame in frames(general.id) if "pinned" in frame["event"]]

    assert item["id"] == str(hello.id)
    assert item["pin"]["by_id"] == str(cast.ana.id)
    assert item == next(row for row in history if row["id"] == str(hello.id)) == told["data"]
    assert item["pin"]["at"] == pin.created_at.isoformat().replace("+00:00", "Z")
    assert [row["id"] for row in history if "pin" in row] == [str(hello.id)]


def test_a_pin_taken_off_leaves_the_message_plain(cast, in_acme, general, hello):
    pin_message(cast.ana.actor, message_id=hello.id)
    for _ in range(2):
        unpin_message(cast.bo.actor, message_id=hello.id)

    assert call(cast.bo.api).get(f"/conversations/{general.id}/pins").items == []
    assert "pin" not in call(cast.bo.api).get(f"/messages/{hello.id}").body
    assert Message.objects.get(id=hello.id).parts == 0
    assert journal_types(general.id).count("message.unpinned") == 1


def test_strangers_and_guests_pin_nothing_and_the_archive_takes_no_pins(
    cast, in_acme, general, hello
):
    for person, refusal in ((cast.cy, Forbidden), (cast.eve, NotFound)):
        with pytest.raises(refusal):
            pin_message(person.actor, message_id=hello.id)
    archive_conversation(cast.ana.actor, conversation_id=general.id)
    with pytest.raises(Forbidden):
        pin_message(cast.ana.actor, message_id=hello.id)

    assert Pin.objects.count() == 0


def test_what_was_deleted_is_not_pinned_and_not_listed(cast, in_acme, general, hello):
    pin_message(cast.ana.actor, message_id=hello.id)
    delete_message(cast.bo.actor, message_id=hello.id)

    with pytest.raises(Forbidden):
        pin_message(cast.ana.actor, message_id=hello.id)
    assert call(cast.ana.api).get(f"/conversations/{general.id}/pins").items == []


def test_a_conversation_has_room_for_so_many(cast, in_acme, general, hello, monkeypatch):
    monkeypatch.setattr(services, "MOST_PINS", 1)
    pin_message(cast.ana.actor, message_id=hello.id)

    with pytest.raises(Conflict) as refusal:
        pin_message(cast.ana.actor, message_id=make_message(general, cast.bo).id)

    assert refusal.value.code == "too_many_pins"
    assert Pin.objects.count() == 1


def test_the_list_goes_on_page_by_page_latest_first(cast, in_acme, general):
    messages = make_messages(general, cast.bo, ["a", "b", "c"])
    for message in messages:
        pin_message(cast.ana.actor, message_id=message.id)
    path = f"/conversations/{general.id}/pins"

    first = call(cast.ana.api).get(path, limit=2)
    second = call(cast.ana.api).get(path, limit=2, cursor=first.body["next"])

    assert [item["text"] for item in [*first.items, *second.items]] == ["c", "b", "a"]
    assert second.body["next"] is None


def test_lines_of_the_system_are_unread_for_nobody(cast, in_acme, general, hello):
    path = f"/conversations/{general.id}"
    before = call(cast.bo.api).get(path).body["unread"]

    pin_message(cast.ana.actor, message_id=hello.id)

    assert call(cast.bo.api).get(path).body["unread"] == before


def test_a_later_joiner_sees_no_pins_from_before_their_history(cast, in_acme, general, hello):
    pin_message(cast.ana.actor, message_id=hello.id)
    Conversation.objects.filter(id=general.id).update(history="joined")
    join_conversation(cast.cy.actor, conversation_id=general.id)

    assert call(cast.cy.api).get(f"/conversations/{general.id}/pins").items == []
    assert call(cast.bo.api).get(f"/conversations/{general.id}/pins").items != []
