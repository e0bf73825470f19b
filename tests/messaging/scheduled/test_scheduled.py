"""Messages that are sent at their time: once, as their author, if they may by then."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.people.models import User
from core.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.conversations.services import archive_conversation, remove_member
from messaging.messages.models import Message
from messaging.messages.services import delete_message
from messaging.scheduled import services
from messaging.scheduled.models import Scheduled
from messaging.scheduled.services import (
    cancel_scheduled,
    change_scheduled,
    schedule_message,
    send_due,
    send_scheduled,
)
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.races.together import at_once, errors_in

HOUR = timedelta(hours=1)


def soon():
    return timezone.now() + HOUR


def schedule(person, place, text="later", at=None, **more) -> Scheduled:
    return schedule_message(
        person.actor, conversation_id=place.id, text=text, send_at=at or soon(), **more
    )


def test_it_is_sent_at_its_time_once_as_its_author(cast, in_acme, general, hello):
    row = schedule(cast.ana, general, "Good morning")
    assert send_due(row.send_at - timedelta(seconds=1)) == 0

    assert send_due(row.send_at) == 1
    assert send_due(row.send_at + HOUR) == 0

    message = Message.objects.get(text="Good morning")
    assert (message.author_id, message.key) == (cast.ana.id, row.id)
    assert Scheduled.objects.count() == 0
    assert journal_types(cast.ana.id)[-2:] == ["scheduled.changed", "scheduled.removed"]


def test_a_reply_goes_to_its_thread(cast, in_acme, general, hello):
    row = schedule(cast.ana, general, thread_id=hello.id, also_in_conversation=True)

    send_due(row.send_at)

    message = Message.objects.get(text="later")
    assert (message.thread_id, message.also_in_conversation) == (hello.id, True)
    assert Message.objects.get(id=hello.id).reply_count == 1


def test_it_can_be_changed_and_called_off_until_then(cast, in_acme, general):
    row = schedule(cast.ana, general)
    change_scheduled(cast.ana.actor, scheduled_id=row.id, text="better")
    later = row.send_at + HOUR
    change_scheduled(cast.ana.actor, scheduled_id=row.id, send_at=later)
    assert send_due(row.send_at) == 0

    (item,) = call(cast.ana.api).get("/me/scheduled").items
    assert item["text"] == "better"
    cancel_scheduled(cast.ana.actor, scheduled_id=row.id)

    assert send_due(later) == 0
    with pytest.raises(NotFound):
        cancel_scheduled(cast.ana.actor, scheduled_id=row.id)
    assert Message.objects.filter(kind="text").count() == 0


def test_it_can_be_sent_at_once(cast, in_acme, general):
    row = schedule(cast.ana, general)

    answer = call(cast.ana.api).post(f"/scheduled/{row.id}/send")

    assert (answer.status, answer.body["text"]) == (201, "later")
    assert send_due(row.send_at) == 0
    with pytest.raises(NotFound):
        send_scheduled(cast.ana.actor, scheduled_id=row.id)


def test_it_is_its_authors_alone(cast, in_acme, general):
    row = schedule(cast.ana, general)

    for act in (cancel_scheduled, send_scheduled, change_scheduled):
        with pytest.raises(NotFound):
            act(cast.bo.actor, scheduled_id=row.id)
    assert call(cast.bo.api).get("/me/scheduled").items == []


def removed(cast, place):
    remove_member(cast.ana.actor, conversation_id=place.id, user_id=cast.bo.id)


def archived(cast, place):
    archive_conversation(cast.ana.actor, conversation_id=place.id)


def gone(cast, place):
    User.objects.filter(id=cast.bo.id).update(is_active=False)


@pytest.mark.parametrize("loses", [removed, archived, gone])
def test_who_lost_the_right_is_told_and_nothing_is_sent(cast, in_acme, leadership, loses):
    row = schedule(cast.bo, leadership)
    loses(cast, leadership)

    assert send_due(row.send_at) == 0
    assert send_due(row.send_at) == 0

    assert Message.objects.filter(kind="text").count() == 0
    assert journal_types(cast.bo.id).count("scheduled.failed") == 1
    row.refresh_from_db()
    assert (row.failure, row.text) == ("lost_right", "later")


def test_a_thread_that_is_not_there_is_refused_at_once(cast, in_acme, general, leadership, hello):
    reply = make_message(general, cast.bo, thread=hello)
    for thread_id in (uuid4(), reply.id, make_message(leadership, cast.ana).id):
        with pytest.raises(Invalid) as refused:
            schedule(cast.ana, general, thread_id=thread_id)
        assert [error.field for error in refused.value.errors] == ["thread_id"]

    assert call(cast.ana.api).get("/me/scheduled").items == []


def test_a_thread_that_is_gone_is_told_and_a_new_time_tries_again(cast, in_acme, general, hello):
    row = schedule(cast.ana, general, thread_id=hello.id)
    delete_message(cast.bo.actor, message_id=hello.id)
    send_due(row.send_at)
    row.refresh_from_db()
    assert row.failure == "no_thread"

    Message.objects.filter(id=hello.id).update(deleted_at=None, text="Hello")
    again = soon()
    change_scheduled(cast.ana.actor, scheduled_id=row.id, send_at=again)

    assert send_due(again) == 1


def test_one_that_fails_does_not_hold_up_the_others(cast, in_acme, general, leadership):
    at = soon()
    schedule(cast.bo, leadership, at=at)
    schedule(cast.ana, general, at=at)
    remove_member(cast.ana.actor, conversation_id=leadership.id, user_id=cast.bo.id)

    assert send_due(at) == 1


def test_only_where_one_may_write_now_and_only_in_the_future(cast, in_acme, general, leadership):
    for person, refusal in ((cast.cy, Forbidden), (cast.eve, NotFound)):
        with pytest.raises(refusal):
            schedule(person, general)
    for at in (timezone.now() - HOUR, timezone.now() + timedelta(days=400)):
        with pytest.raises(Invalid):
            schedule(cast.ana, general, at=at)

    assert Scheduled.objects.count() == 0


@pytest.mark.parametrize("send_at", ["2030-01-01T00:00:00", "soon", None, 1e400])
def test_a_time_that_is_none_is_refused_by_name(cast, in_acme, general, send_at):
    body = {"text": "x", "send_at": "Infinity" if send_at == 1e400 else send_at}
    answer = call(cast.ana.api).post(f"/conversations/{general.id}/scheduled", body)

    assert (answer.status, answer.fields) == (422, ["send_at"])


def test_so_many_may_wait(cast, in_acme, general, monkeypatch):
    monkeypatch.setattr(services, "MOST_WAITING", 1)
    schedule(cast.ana, general)

    with pytest.raises(Conflict):
        schedule(cast.ana, general)


def test_a_worker_that_dies_after_posting_has_sent_nothing(cast, in_acme, general, monkeypatch):
    row = schedule(cast.ana, general)

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(services, "publish", dies)
        with pytest.raises(SystemExit):
            send_due(row.send_at)
    assert Message.objects.filter(text="later").count() == 0

    assert send_due(row.send_at) == 1
    assert Message.objects.filter(text="later").count() == 1


@pytest.mark.usefixtures("real_commits")
class TestAtOnce:
    def test_four_workers_send_each_once(self, cast):
        place, at = make_channel(cast.ana, cast.bo), soon()
        with in_tenant("acme"):
            for index in range(8):
                schedule(cast.ana, place, f"number {index}", at=at)

        outcomes = at_once("acme", *[lambda: send_due(at)] * 4)

        assert errors_in(outcomes) == []
        with in_tenant("acme"):
            assert Message.objects.filter(kind="text").count() == 8
            assert Scheduled.objects.count() == 0

    def test_calling_off_against_sending_is_one_of_the_two(self, cast):
        place, at = make_channel(cast.ana, cast.bo), soon()
        with in_tenant("acme"):
            row = schedule(cast.ana, place, at=at)

        cancelled, sent = at_once(
            "acme",
            lambda: cancel_scheduled(cast.ana.actor, scheduled_id=row.id),
            lambda: send_due(at),
        )

        with in_tenant("acme"):
            messages = Message.objects.filter(kind="text").count()
            assert Scheduled.objects.count() == 0
        was_late = isinstance(cancelled, NotFound)
        assert (messages, sent) == ((1, 1) if was_late else (0, 0))
