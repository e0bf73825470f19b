"""What people say of themselves: for a while, and seen by those who may know them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.status.models import Status
from tests.messaging.calls import call
from tests.messaging.places import journal_types

HOUSE = "\U0001f3e0"


def put(person, **status):
    return call(person.api).send("PUT", "/me/status", status)


def seen(person, of) -> dict | None:
    return call(person.api).get(f"/users/{of.id}").body["status"]


def soon(hours=1) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def test_a_status_is_seen_by_colleagues_and_told_to_ones_own_devices(cast, in_acme):
    said = put(cast.bo, emoji=HOUSE, text="  at   home ", expires_at=soon())

    assert said.status == 200
    assert (seen(cast.ana, cast.bo) or {})["text"] == "at home"
    assert call(cast.bo.api).get("/me/status").body == said.body
    assert journal_types(cast.bo.id) == ["status.changed"]


def test_the_same_again_changes_nothing_and_nothing_takes_it_away(cast, in_acme):
    put(cast.bo, text="busy")
    put(cast.bo, text="busy")
    assert journal_types(cast.bo.id) == ["status.changed"]

    put(cast.bo)
    assert seen(cast.ana, cast.bo) is None


def test_what_has_expired_counts_for_nothing(cast, in_acme):
    put(cast.bo, text="busy", expires_at=soon(), dnd_until=soon(2))
    Status.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    found = seen(cast.ana, cast.bo) or {}
    assert (found["text"], found["dnd_until"] is not None) == ("", True)

    Status.objects.update(dnd_until=timezone.now() - timedelta(seconds=1))
    assert seen(cast.ana, cast.bo) is None


@pytest.mark.parametrize(
    ("status", "field"),
    [
        ({"text": "x" * 101}, "text"),
        ({"text": "\u202eevil"}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"emoji": "no"}, "emoji"),
        ({"emoji": HOUSE * 40}, "emoji"),
        ({"text": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"text": "x", "expires_at": "2500-01-01T00:00:00Z"}, "expires_at"),
        ({"dnd_until": "2030-01-01T00:00:00"}, "dnd_until"),
        ({"dnd_until": "tomorrow"}, "dnd_until"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_name(cast, in_acme, status, field):
    refused = put(cast.bo, **status)

    assert (refused.status, refused.fields) == (422, [field])
    assert Status.objects.count() == 0
