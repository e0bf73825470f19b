"""Where a conversation's history stood at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import NotFound
from messaging.messages.models import Message
from messaging.messages.selectors import place_at
from tests.messaging.places import make_channel, make_message

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def days(in_acme, cast):
    """A channel with a message on each of ten days, at noon."""
    room = make_channel(cast.ana, cast.bo, kind="private")
    messages = [make_message(room, cast.bo) for _ in range(10)]
    for day, message in enumerate(messages):
        Message.objects.filter(id=message.id).update(created_at=NOON + timedelta(days=day))
    return room, messages


def test_a_time_leads_to_the_first_message_from_then_on(days, cast):
    room, messages = days

    def at(**after) -> int | None:
        return place_at(cast.ana.actor, conversation_id=room.id, at=NOON + timedelta(**after))

    assert at(days=4) == messages[4].seq
    assert at(days=3, seconds=1) == messages[4].seq
    assert at(days=-900) <= messages[0].seq
    assert at(days=900) == messages[-1].seq


def test_the_number_of_look_ups_grows_with_the_logarithm(days, cast, django_assert_max_num_queries):
    room, _ = days
    with django_assert_max_num_queries(12):
        place_at(cast.ana.actor, conversation_id=room.id, at=NOON + timedelta(days=6))


def test_a_stranger_learns_nothing(days, cast):
    with pytest.raises(NotFound):
        place_at(cast.cy.actor, conversation_id=days[0].id, at=NOON)


def test_a_time_without_its_offset_is_refused(days, cast):
    path = f"/api/v1/conversations/{days[0].id}/place"

    answer = cast.ana.api.get(path, {"at": "2026-03-09T08:00:00"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "at"
    for no_time in ("yesterday", "0.5", "1772971200", "2026-03-09"):
        assert cast.ana.api.get(path, {"at": no_time}).status_code == 422, no_time
    assert cast.ana.api.get(path, {"at": "9999-12-31T23:59:59Z"}).status_code == 200
    assert cast.cy.api.get(path, {"at": "2026-03-09T08:00:00Z"}).status_code == 404
