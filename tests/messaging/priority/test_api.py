"""Priority over REST: the message brings it, and everybody sees how it stands."""

import pytest

from messaging.conversations.services import leave_conversation, update_conversation
from messaging.messages.models import Message
from tests.messaging.calls import call


@pytest.fixture
def path(general):
    return f"/conversations/{general.id}/messages"


def test_a_message_is_posted_with_its_priority_and_acknowledged(cast, general, path):
    posted = call(cast.ana.api).post(
        path, {"text": "Read this", "priority": {"level": "urgent", "acknowledge": True}}
    )
    assert posted.status == 201
    assert posted.body["priority"]["waiting_ids"] == [str(cast.bo.id)]

    bo = call(cast.bo.api)
    assert [item["id"] for item in bo.get("/acknowledgements").items] == [posted.body["id"]]
    answered = bo.post(f"/messages/{posted.body['id']}/acknowledge")

    assert answered.body["priority"]["acknowledged_ids"] == [str(cast.bo.id)]
    listed = bo.get(f"/messages/{posted.body['id']}/acknowledgements")
    assert listed.body["mine"]["user_id"] == str(cast.bo.id)
    assert bo.get("/acknowledgements").items == []


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"level": "huge"}, "priority.level"),
        ({"level": "urgent", "remind_after_minutes": 0}, "priority.remind_after_minutes"),
        ({"level": "urgent", "remind_after_minutes": 10**9}, "priority.remind_after_minutes"),
        ({"level": "urgent", "expires_after_minutes": -1}, "priority.expires_after_minutes"),
        ({"level": "urgent", "escalate_to": ["x"]}, "priority.escalate_to.0"),
        ({"level": "urgent", "unknown": 1}, "priority.unknown"),
        ("urgent", "priority"),
    ],
)
def test_what_cannot_be_is_refused_by_name(cast, in_acme, path, wanted, field):
    refused = call(cast.ana.api).post(path, {"text": "x", "priority": wanted})

    assert refused.status == 422
    assert refused.fields == [field]
    assert Message.objects.count() == 0


def test_the_same_key_again_asks_nobody_twice(cast, general, path):
    ana = call(cast.ana.api)
    body = {
        "text": "x",
        "key": "0190a0a0-0000-7000-8000-000000000001",
        "priority": {"level": "important", "acknowledge": True},
    }

    first, second = ana.post(path, body), ana.post(path, body)

    assert (first.status, second.status) == (201, 200)
    assert second.body["priority"] == first.body["priority"]


def test_whoever_left_is_shown_nothing_of_what_waited_for_them(cast, in_acme, general, path):
    call(cast.ana.api).post(
        path, {"text": "Read this", "priority": {"level": "urgent", "acknowledge": True}}
    )
    bo = call(cast.bo.api)
    assert len(bo.get("/acknowledgements").items) == 1
    update_conversation(cast.ana.actor, conversation_id=general.id, rules={"history": "joined"})

    leave_conversation(cast.bo.actor, conversation_id=general.id)

    assert bo.get("/acknowledgements").items == []
