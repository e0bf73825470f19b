"""Important messages: whoever was asked acknowledges, and the clock sees to those who do not."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.services import remove_member
from messaging.messages.models import Message
from messaging.messages.selectors import message as message_view
from messaging.messages.services import delete_message, post_message
from messaging.priority import services
from messaging.priority.models import Acknowledgement, Priority
from messaging.priority.selectors import acknowledgements, waiting_for
from messaging.priority.services import acknowledge, act_on_time
from tenants.context import in_tenant
from tests.messaging.places import journal_types, make_channel


@pytest.fixture
def room(cast):
    """Ana, Bo and Cy."""
    return make_channel(cast.ana, cast.bo, cast.cy, name="ops")


def ask(person, room, text="Evacuate", **wanted) -> Message:
    priority = {"level": "important", "acknowledge": True} | wanted
    return post_message(
        person.actor,
        conversation_id=room.id,
        text=text,
        key=new_id(),
        brought={"priority": priority},
    ).message


def later(minutes: int):
    return timezone.now() + timedelta(minutes=minutes, seconds=1)


def told(person, kind: str) -> list[dict]:
    rows = Entry.objects.filter(stream_id=person.id, type=f"chancery.acknowledgement.{kind}.v1")
    return list(rows.order_by("seq").values_list("data", flat=True))


def test_a_plain_message_has_no_rows(cast, in_acme, room):
    post_message(cast.ana.actor, conversation_id=room.id, text="hello", key=new_id())

    assert (Priority.objects.count(), Acknowledgement.objects.count()) == (0, 0)


def test_an_important_message_asks_nobody_unless_it_says_so(cast, in_acme, room):
    message = ask(cast.ana, room, acknowledge=False)

    view = message_view(cast.bo.actor, message.id)["priority"]
    assert (view["level"], view["asks"], view["recipient_count"]) == ("important", False, 0)
    assert Acknowledgement.objects.count() == 0


def test_everybody_but_the_author_is_asked(cast, in_acme, room):
    message = ask(cast.ana, room)

    view = message_view(cast.ana.actor, message.id)["priority"]
    assert view["recipient_count"] == 2
    assert view["waiting_ids"] == sorted([cast.bo.id, cast.cy.id])


def test_whoever_is_named_is_asked_and_nobody_else(cast, in_acme, room):
    message = ask(cast.ana, room, text=f"<@{cast.bo.id}> please")

    assert message_view(cast.ana.actor, message.id)["priority"]["waiting_ids"] == [cast.bo.id]
    with pytest.raises(Forbidden):
        acknowledge(cast.cy.actor, message_id=message.id)


def test_acknowledging_is_seen_and_counts_once(cast, in_acme, room):
    message = ask(cast.ana, room)

    acknowledge(cast.bo.actor, message_id=message.id)
    acknowledge(cast.bo.actor, message_id=message.id)

    view = message_view(cast.ana.actor, message.id)["priority"]
    assert (view["acknowledged_count"], view["acknowledged_ids"]) == (1, [cast.bo.id])
    assert view["waiting_ids"] == [cast.cy.id]
    assert journal_types(room.id).count("acknowledgement.given") == 1
    assert waiting_for(cast.cy.actor) == [message.id]
    assert waiting_for(cast.bo.actor) == []


def test_the_list_says_who_has_and_who_has_not(cast, in_acme, room):
    message = ask(cast.ana, room)
    acknowledge(cast.bo.actor, message_id=message.id)

    page, mine = acknowledgements(cast.cy.actor, message.id)

    assert {row.user_id: row.acknowledged_at is not None for row in page.items} == {
        cast.bo.id: True,
        cast.cy.id: False,
    }
    assert mine is not None
    assert mine.acknowledged_at is None


def test_strangers_learn_nothing(cast, in_acme):
    place = make_channel(cast.ana, cast.bo, name="secret", kind="private")
    message = ask(cast.ana, place)

    for act in (
        lambda: acknowledge(cast.cy.actor, message_id=message.id),
        lambda: acknowledgements(cast.cy.actor, message.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_clock_reminds_then_escalates_to_the_owners(cast, in_acme):
    place = make_channel(cast.ana, cast.bo, cast.cy, name="shift")
    message = ask(cast.bo, place, remind_after_minutes=10)
    acknowledge(cast.cy.actor, message_id=message.id)

    act_on_time(later(5))
    assert told(cast.ana, "requested") == []

    act_on_time(later(10))
    assert [fact["message_id"] for fact in told(cast.ana, "requested")] == [str(message.id)]
    assert told(cast.cy, "requested") == []
    assert told(cast.ana, "missing") == []

    act_on_time(later(21))
    act_on_time(later(60))
    assert [fact["waiting_count"] for fact in told(cast.ana, "missing")] == [1]
    assert journal_types(place.id)[-2:] == ["priority.reminded", "priority.escalated"]
    assert Priority.objects.get().next_at is None


def test_those_who_are_named_are_told_in_place_of_the_owners(cast, in_acme, room):
    ask(cast.bo, room, remind_after_minutes=1, escalate_to=[cast.cy.id])

    act_on_time(later(1))
    act_on_time(later(3))

    assert len(told(cast.cy, "missing")) == 1
    assert told(cast.ana, "missing") == []


def test_only_members_can_be_told(cast, in_acme, room):
    with pytest.raises(Invalid) as refusal:
        ask(cast.bo, room, remind_after_minutes=1, escalate_to=[cast.eve.id])

    assert refusal.value.code == "not_a_member"
    assert Message.objects.count() == 0


def test_after_its_time_nobody_can_acknowledge(cast, in_acme, room):
    message = ask(cast.ana, room, expires_after_minutes=5)

    act_on_time(later(5))

    assert message_view(cast.ana.actor, message.id)["priority"]["is_expired"] is True
    with pytest.raises(Conflict) as refusal:
        acknowledge(cast.bo.actor, message_id=message.id)
    assert refusal.value.code == "expired"
    assert journal_types(room.id)[-1] == "priority.expired"


def test_when_all_have_acknowledged_the_clock_is_silent(cast, in_acme, room):
    message = ask(cast.ana, room, remind_after_minutes=1, expires_after_minutes=9)
    for person in (cast.bo, cast.cy):
        acknowledge(person.actor, message_id=message.id)

    assert act_on_time(later(60)) == 0


def test_a_deleted_message_reminds_nobody(cast, in_acme, room):
    message = ask(cast.ana, room, remind_after_minutes=1)
    delete_message(cast.ana.actor, message_id=message.id)

    act_on_time(later(60))

    assert told(cast.bo, "requested") == []
    with pytest.raises(Conflict):
        acknowledge(cast.bo.actor, message_id=message.id)


def test_who_leaves_is_waited_for_no_longer(cast, in_acme, room):
    message = ask(cast.ana, room, text=f"<@{cast.bo.id}>", remind_after_minutes=1)

    remove_member(cast.ana.actor, conversation_id=room.id, user_id=cast.bo.id)
    run_entry(Entry.objects.filter(stream_id=room.id, type__contains="membership.removed").get())

    assert message_view(cast.ana.actor, message.id)["priority"]["recipient_count"] == 0
    assert Priority.objects.get().next_at is None


def test_a_request_to_many_must_be_confirmed(cast, in_acme, room, monkeypatch):
    monkeypatch.setattr(services, "CONFIRM_ABOVE", 1)

    with pytest.raises(Conflict) as refusal:
        ask(cast.ana, room)
    assert refusal.value.code == "confirm_recipients"
    assert "2 people" in str(refusal.value.errors[0].message)
    assert Message.objects.count() == 0

    assert ask(cast.ana, room, confirmed=True).parts


def test_guests_mark_nothing_as_urgent(cast, in_acme):
    place = make_channel(cast.ana, cast.eve, name="visitors", kind="private")

    with pytest.raises(Forbidden):
        ask(cast.eve, place, level="urgent", acknowledge=False)

    assert Message.objects.count() == 0


def test_acknowledgements_at_the_same_moment_are_all_kept(cast, real_commits):
    place = make_channel(cast.ana, cast.bo, cast.cy, name="ops")
    with in_tenant("acme"):
        message = ask(cast.ana, place, remind_after_minutes=1)
    barrier = threading.Barrier(4)

    def act(person):
        with in_tenant("acme"):
            barrier.wait()
            acknowledge(person.actor, message_id=message.id)
            connection.close()

    threads = [threading.Thread(target=act, args=(one,)) for one in (cast.bo, cast.cy) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_tenant("acme"):
        assert message_view(cast.ana.actor, message.id)["priority"]["acknowledged_count"] == 2
        assert journal_types(place.id).count("acknowledgement.given") == 2
        assert Priority.objects.get().next_at is None
