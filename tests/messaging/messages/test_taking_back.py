"""Deletions taken back, earlier versions by policy, and what channels say by themselves."""

from datetime import timedelta

import pytest

from accounts.policies.services import change
from core.errors import Conflict, Forbidden, NotFound
from events.models import Entry
from events.tasks import run_entry
from messaging.messages.models import Message, MessagePolicy
from messaging.messages.services import (
    RESTORE_WITHIN,
    delete_message,
    edit_message,
    restore_message,
)
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.races.together import at_once, errors_in


def test_a_deletion_taken_back_leaves_the_message_as_it_was(cast, in_acme, general, hello):
    before = call(cast.ana.api).get(f"/messages/{hello.id}").body
    delete_message(cast.bo.actor, message_id=hello.id)

    answer = call(cast.bo.api).post(f"/messages/{hello.id}/restore")

    assert (answer.status, answer.body) == (200, before)
    assert call(cast.ana.api).get(f"/messages/{hello.id}").body == before
    assert journal_types(general.id)[-2:] == ["message.deleted", "message.restored"]


def test_a_reply_taken_back_counts_again_and_calls_again(cast, in_acme, general, hello):
    reply = make_message(general, cast.bo, f"<@{cast.ana.id}>", thread=hello)
    for entry in Entry.objects.filter(stream_id=general.id).order_by("seq"):
        assert run_entry(entry)
    path = f"/conversations/{general.id}"
    before = call(cast.ana.api).get(path).body["unread"]

    delete_message(cast.bo.actor, message_id=reply.id)
    assert call(cast.ana.api).get(path).body["unread"] != before
    restore_message(cast.bo.actor, message_id=reply.id)

    assert call(cast.ana.api).get(path).body["unread"] == before
    assert Message.objects.get(id=hello.id).reply_count == 1


def test_restoring_what_is_there_changes_nothing(cast, in_acme, general, hello):
    restore_message(cast.bo.actor, message_id=hello.id)

    assert "message.restored" not in journal_types(general.id)


def test_only_who_deleted_takes_it_back_and_only_for_a_while(cast, in_acme, general, hello):
    delete_message(cast.ana.actor, message_id=hello.id)
    for person, refusal in ((cast.bo, Forbidden), (cast.cy, Forbidden), (cast.eve, NotFound)):
        with pytest.raises(refusal):
            restore_message(person.actor, message_id=hello.id)
    deleted_at = Message.objects.get(id=hello.id).deleted_at
    Message.objects.filter(id=hello.id).update(
        deleted_at=deleted_at - RESTORE_WITHIN - timedelta(seconds=1)
    )
    with pytest.raises(Conflict):
        restore_message(cast.ana.actor, message_id=hello.id)

    assert Message.objects.get(id=hello.id).text is None


@pytest.mark.parametrize(
    ("shown_to", "sees"),
    [("everyone", (200, 200)), ("managers", (200, 403)), ("nobody", (403, 403))],
)
def test_earlier_versions_are_shown_by_policy(cast, in_acme, general, hello, shown_to, sees):
    edit_message(cast.bo.actor, message_id=hello.id, text="Hello again")
    if shown_to != "everyone":
        change(cast.ana.actor, MessagePolicy, versions_shown_to=shown_to)
    path = f"/messages/{hello.id}/revisions"

    answers = [call(person.api).get(path) for person in (cast.ana, cast.bo)]

    assert tuple(one.status for one in answers) == sees
    assert all(("Hello" in str(one.body["items"])) for one in answers if one.status == 200)


def lines(place) -> list[tuple]:
    """What the channel said by itself once the workers looked."""
    with in_tenant("acme"):
        for entry in Entry.objects.filter(stream_id=place["id"]).order_by("seq"):
            assert run_entry(entry)
        rows = Message.objects.filter(conversation_id=place["id"], kind="system").order_by("seq")
        return list(rows.values_list("subtype", "author_id", "text"))


def channel(cast, **more):
    body = {"kind": "public", "name": "news", **more}
    return call(cast.ana.api).post("/conversations", body).body


def test_a_channel_says_who_came_and_went_and_what_changed(cast):
    place = channel(cast, member_ids=[str(cast.bo.id)])
    path = f"/conversations/{place['id']}"

    call(cast.cy.api).post(f"{path}/join")
    call(cast.cy.api).post(f"{path}/leave")
    call(cast.ana.api).post(f"{path}/members", {"user_id": str(cast.cy.id)})
    call(cast.ana.api).delete(f"{path}/members/{cast.cy.id}")
    call(cast.ana.api).patch(path, {"name": "old news", "topic": "Lunch"})
    call(cast.ana.api).post(f"{path}/archive")

    said = lines(place)
    assert {line[0] for line in said} == {
        *("joined", "left", "added", "removed", "renamed", "topic", "archived")
    }
    assert ("joined", cast.cy.id, None) in said
    assert ("added", cast.ana.id, str(cast.cy.id)) in said
    assert ("renamed", cast.ana.id, "old news") in said
    assert ("topic", cast.ana.id, "Lunch") in said
    assert len(lines(place)) == len(said)


def test_those_a_channel_was_made_with_are_not_announced(cast):
    assert lines(channel(cast, member_ids=[str(cast.bo.id)])) == []


def test_an_organisation_may_have_its_channels_say_nothing_of_joins(cast):
    place = channel(cast)
    with in_tenant("acme"):
        change(cast.ana.actor, MessagePolicy, tells_joins=False)
    call(cast.cy.api).post(f"/conversations/{place['id']}/join")

    assert lines(place) == []


@pytest.mark.usefixtures("real_commits")
def test_editing_against_taking_back_leaves_one_whole_message(cast):
    place = make_channel(cast.ana, cast.bo)
    message = make_message(place, cast.bo, "first")
    with in_tenant("acme"):
        delete_message(cast.bo.actor, message_id=message.id)

    outcomes = at_once(
        "acme",
        lambda: restore_message(cast.bo.actor, message_id=message.id),
        lambda: restore_message(cast.bo.actor, message_id=message.id),
        lambda: edit_message(cast.bo.actor, message_id=message.id, text="second"),
    )

    assert all(isinstance(error, Conflict) for error in errors_in(outcomes))
    with in_tenant("acme"):
        row = Message.objects.get(id=message.id)
        assert row.deleted_at is None
        assert row.text in ("first", "second")
        assert journal_types(place.id).count("message.restored") == 1
