"""The list for later, and its reminders."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from messaging.conversations.services import remove_member
from messaging.messages.services import delete_message
from messaging.saved import services
from messaging.saved.models import Saved
from messaging.saved.services import remind, remove_saved, save_message
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_message
from tests.races.together import at_once, errors_in

SOON = timedelta(minutes=20)


def test_a_list_is_its_persons_own(cast, in_acme, hello):
    save_message(cast.bo.actor, message_id=hello.id)

    (item,) = call(cast.bo.api).get("/me/saved").items
    assert item["message"]["text"] == "Hello"
    assert (item["done_at"], item["remind_at"]) == (None, None)
    assert call(cast.ana.api).get("/me/saved").items == []
    assert call(cast.ana.api).get(f"/messages/{hello.id}/saved").problem == (404, "not_found")


def test_what_is_done_moves_to_the_other_list_and_back(cast, in_acme, hello):
    path = f"/messages/{hello.id}/saved"
    rest = call(cast.bo.api)

    rest.send("PUT", path, {})
    assert rest.send("PUT", path, {"done": True}).body["done_at"] is not None
    assert rest.get("/me/saved").items == []
    assert [item["message_id"] for item in rest.get("/me/saved", state="done").items] == [
        str(hello.id)
    ]
    rest.send("PUT", path, {"done": False})
    assert len(rest.get("/me/saved").items) == 1
    assert Saved.objects.count() == 1


def test_every_device_hears_of_a_change(cast, in_acme, hello):
    save_message(cast.bo.actor, message_id=hello.id)
    save_message(cast.bo.actor, message_id=hello.id, done=True)
    for _ in range(2):
        remove_saved(cast.bo.actor, message_id=hello.id)

    assert journal_types(cast.bo.id)[-3:] == ["later.changed", "later.changed", "later.removed"]
    assert Saved.objects.count() == 0


def test_what_may_not_be_read_is_not_saved_and_what_may_not_any_more_shows_nothing(
    cast, in_acme, leadership
):
    message = make_message(leadership, cast.ana, "between us")
    with pytest.raises(NotFound):
        save_message(cast.cy.actor, message_id=message.id)
    with pytest.raises(NotFound):
        remove_saved(cast.cy.actor, message_id=message.id)
    save_message(cast.bo.actor, message_id=message.id)

    remove_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id)

    (item,) = call(cast.bo.api).get("/me/saved").items
    assert item["message"] is None
    assert "between us" not in str(item)
    remove_saved(cast.bo.actor, message_id=message.id)
    assert call(cast.bo.api).get("/me/saved").items == []


def test_a_deleted_message_leaves_an_empty_entry(cast, in_acme, hello):
    save_message(cast.ana.actor, message_id=hello.id)
    delete_message(cast.bo.actor, message_id=hello.id)

    assert [item["message"] for item in call(cast.ana.api).get("/me/saved").items] == [None]


@pytest.mark.parametrize(
    "value",
    ["2001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2030-01-01T00:00:00", "soon", 7e30, "\x00"],
)
def test_a_time_is_in_the_future_and_has_an_offset(cast, in_acme, hello, value):
    answer = call(cast.bo.api).send("PUT", f"/messages/{hello.id}/saved", {"remind_at": value})

    assert (answer.status, answer.fields) == (422, ["remind_at"])
    assert Saved.objects.count() == 0


def test_a_reminder_is_given_once_when_its_time_has_come(cast, in_acme, hello):
    at = timezone.now() + SOON
    save_message(cast.bo.actor, message_id=hello.id, remind_at=at)

    assert remind(at - timedelta(seconds=1)) == 0
    assert remind(at) == 1
    assert remind(at + SOON) == 0

    assert journal_types(cast.bo.id)[-1] == "reminder.due"
    (item,) = call(cast.bo.api).get("/me/saved").items
    assert datetime.fromisoformat(item["reminded_at"]) == at.astimezone(UTC)


def test_a_new_time_reminds_again_and_none_not_at_all(cast, in_acme, hello):
    at = timezone.now() + SOON
    save_message(cast.bo.actor, message_id=hello.id, remind_at=at)
    assert remind(at) == 1

    save_message(cast.bo.actor, message_id=hello.id, remind_at=at + SOON)
    assert remind(at + SOON) == 1
    save_message(cast.bo.actor, message_id=hello.id, remind_at=at + 2 * SOON)
    save_message(cast.bo.actor, message_id=hello.id)
    assert remind(at + 3 * SOON) == 0


def test_what_hundreds_of_people_wait_for_is_given_to_each_once(cast, in_acme, hello):
    """More than one run gives: the next goes on where it stopped, and the last finds nothing."""
    at = timezone.now() - SOON
    people = [new_id() for _ in range(601)]
    Saved.objects.bulk_create(
        Saved(user_id=id_, message_id=hello.id, remind_at=at, done_at=None) for id_ in people
    )

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(services, "MOST_AT_ONCE", 250)
        assert [remind(at) for _ in range(4)] == [250, 250, 101, 0]

    told = Entry.objects.filter(type="chancery.reminder.due.v1").values_list("stream_id", "data")
    assert sorted(id_ for id_, _ in told) == sorted(people)
    assert {data["message_id"] for _, data in told} == {str(hello.id)}


def test_what_is_done_needs_no_reminder(cast, in_acme, hello):
    at = timezone.now() + SOON
    save_message(cast.bo.actor, message_id=hello.id, remind_at=at, done=True)

    remind(at)

    assert "reminder.due" not in journal_types(cast.bo.id)


def test_a_list_has_an_end(cast, in_acme, general, hello, monkeypatch):
    monkeypatch.setattr(services, "MOST_SAVED", 1)
    save_message(cast.bo.actor, message_id=hello.id)

    with pytest.raises(Conflict):
        save_message(cast.bo.actor, message_id=make_message(general, cast.ana).id)
    save_message(cast.bo.actor, message_id=hello.id, done=True)

    assert Saved.objects.count() == 1


def test_a_fault_on_the_way_gives_no_reminder_and_the_next_run_does(
    cast, in_acme, hello, monkeypatch
):
    at = timezone.now() + SOON
    save_message(cast.bo.actor, message_id=hello.id, remind_at=at)

    def dies(*args, **kwargs):
        raise Invalid("broken")

    with monkeypatch.context() as patched:
        patched.setattr(services, "publish", dies)
        with pytest.raises(Invalid):
            remind(at)
    assert remind(at) == 1


@pytest.mark.usefixtures("real_commits")
class TestAtOnce:
    def test_four_workers_give_each_reminder_once(self, cast):
        from tenants.context import in_tenant
        from tests.messaging.places import make_channel, make_messages

        place = make_channel(cast.ana, cast.bo)
        at = timezone.now() + SOON
        messages = make_messages(place, cast.ana, "abcdefgh")
        with in_tenant("acme"):
            for message in messages:
                save_message(cast.bo.actor, message_id=message.id, remind_at=at)

        outcomes = at_once("acme", *[lambda: remind(at)] * 4)

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            assert journal_types(cast.bo.id).count("reminder.due") == 8

    def test_saving_at_once_on_four_devices_is_one_entry(self, cast):
        from tenants.context import in_tenant
        from tests.messaging.places import make_channel

        message = make_message(make_channel(cast.ana, cast.bo), cast.ana)

        outcomes = at_once(
            "acme", *[lambda: save_message(cast.bo.actor, message_id=message.id)] * 4
        )

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            assert Saved.objects.count() == 1
