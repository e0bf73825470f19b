"""What later members may read: everything, from their joining, or some days before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import NotFound
from core.ids import new_id
from messaging.conversations.models import Membership
from messaging.conversations.services import (
    add_members,
    join_conversation,
    leave_conversation,
    update_conversation,
)
from messaging.files.models import File
from messaging.grants import services as grants
from messaging.messages.models import Message
from messaging.messages.services import edit_message, post_message
from messaging.moving.across import move_to_conversation
from messaging.moving.services import move_message
from messaging.pins.services import pin_message
from messaging.polls.services import vote
from messaging.reactions.services import add_reaction
from messaging.receipts.services import mark_read
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message

EDITED = "chancery.message.edited.v1"


@pytest.fixture
def room(cast, in_acme):
    """Ana and Bo talk; whoever joins reads from then on."""
    channel = make_channel(cast.ana, cast.bo, name="room")
    update_conversation(cast.ana.actor, conversation_id=channel.id, rules={"history": "joined"})
    return channel


def texts(person, channel, **query) -> list[str]:
    answer = call(person.api).get(f"/conversations/{channel.id}/messages", **query)
    return [item["text"] for item in answer.items]


def add(by, channel, person) -> None:
    add_members(by.actor, conversation_id=channel.id, user_ids=[person.id])


def test_from_joining_means_no_page_holds_what_was_before(cast, room):
    old = make_message(room, cast.bo, "old")
    make_message(room, cast.ana, "old reply", thread=old)
    add(cast.ana, room, cast.cy)
    make_message(room, cast.bo, "new")

    assert texts(cast.cy, room) == ["new"]
    assert texts(cast.cy, room, around_seq=old.seq) == ["new"]
    assert texts(cast.cy, room, after_seq=0) == ["new"]
    assert texts(cast.cy, room, before_seq=old.seq + 1) == []
    assert texts(cast.cy, room, thread_id=old.id) == []
    assert texts(cast.bo, room) == ["new", "old"]


def test_what_was_before_is_not_there_by_its_address_either(cast, room):
    old = make_message(room, cast.bo, "old")
    edit_message(cast.bo.actor, message_id=old.id, text="older")
    add(cast.ana, room, cast.cy)

    cy = call(cast.cy.api)
    assert cy.get(f"/messages/{old.id}").status == 404
    assert cy.get(f"/messages/{old.id}/revisions").status == 404
    assert cy.send("PUT", f"/messages/{old.id}/reactions/%F0%9F%91%8D").status == 404
    with pytest.raises(NotFound):
        add_reaction(cast.cy.actor, message_id=old.id, emoji="👍")
    reply = cy.post(f"/conversations/{room.id}/messages", {"text": "x", "thread_id": str(old.id)})
    assert (reply.status, reply.fields) == (422, ["thread_id"])


def test_search_finds_nothing_of_it(cast, room):
    make_message(room, cast.bo, "a heron before")
    add(cast.ana, room, cast.cy)
    make_message(room, cast.bo, "a heron after")

    def found(person) -> list[str]:
        answer = call(person.api).get("/search", q="heron")
        return [hit["message"]["text"] for hit in answer.items]

    assert found(cast.cy) == ["a heron after"]
    assert found(cast.bo) == ["a heron after", "a heron before"]


RULES = ({"history": "all"}, {"history": "joined"}, {"history": "days", "history_days": 3})


@pytest.mark.parametrize("kind", ["public", "private"])
@pytest.mark.parametrize("rules", RULES, ids=lambda rules: rules["history"])
def test_search_finds_what_can_be_fetched_and_nothing_else(cast, in_acme, kind, rules):
    """Whoever looks in, is granted it, came late, was there from the beginning, or is a guest."""
    channel = make_channel(cast.ana, cast.bo, name="marsh", kind=kind)
    elsewhere = make_channel(cast.ana, cast.bo, name="pond", kind=kind)
    said = []
    for text, days in (("heron 1", 9), ("heron 2", 5), ("heron 3", 2), ("heron 4", 0)):
        said.append(make_message(channel, cast.bo, text))
        at = timezone.now() - timedelta(days=days)
        Message.objects.filter(id=said[-1].id).update(created_at=at)
    moved = make_message(elsewhere, cast.ana, "heron 5")
    move_to_conversation(cast.ana.actor, conversation_id=channel.id, message_ids=[moved.id])
    Message.objects.filter(id=moved.id).update(created_at=timezone.now() - timedelta(days=6))
    said.append(moved)
    update_conversation(cast.ana.actor, conversation_id=channel.id, rules=rules)

    def fetched(person) -> set:
        paths = {message.text: f"/messages/{message.id}" for message in said}
        return {text for text, path in paths.items() if call(person.api).get(path).status == 200}

    def found(person) -> set:
        hits = call(person.api).get("/search", q="heron").items
        return {hit["message"]["text"] for hit in hits}

    people = {"looks in": cast.cy, "was there": cast.bo, "guest": cast.eve}
    agreed = {who: found(person) for who, person in people.items()}
    assert agreed == {who: fetched(person) for who, person in people.items()}
    assert len(agreed["was there"]) == len(said)
    assert agreed["guest"] == set()
    if kind == "private":
        grants.grant(cast.ana.actor, conversation_id=channel.id, user_id=cast.cy.id)
        assert found(cast.cy) == fetched(cast.cy)
    assert len(found(cast.cy)) == {"all": 5, "joined": 0, "days": 3}[rules["history"]]
    # As somebody was let in who may see nothing of what was before, whatever the rule is now.
    add(cast.ana, channel, cast.cy)
    Membership.objects.filter(conversation=channel, user_id=cast.cy.id).update(
        history_from_seq=said[3].seq
    )
    assert found(cast.cy) == fetched(cast.cy) == {"heron 4", "heron 5"}


def test_who_only_looks_in_sees_what_they_would_see_by_joining_now(cast, room):
    old = make_message(room, cast.bo, "a heron")

    cy = call(cast.cy.api)
    assert texts(cast.cy, room) == []
    assert cy.get(f"/messages/{old.id}").status == 404
    assert cy.get("/search", q="heron").items == []
    assert cy.get(f"/conversations/{room.id}/events").items == []


def test_events_begin_at_joining_and_withhold_edits_of_what_was_before(cast, room):
    old = make_message(room, cast.bo, "old")
    add(cast.ana, room, cast.cy)
    edit_message(cast.bo.actor, message_id=old.id, text="secret")
    make_message(room, cast.bo, "new")

    path = f"/conversations/{room.id}/events"
    begins = Membership.objects.get(conversation=room, user_id=cast.cy.id).history_from_seq
    seen = call(cast.cy.api).get(path).items
    assert [frame["seq"] for frame in seen] == [begins, begins + 1, begins + 2]
    assert (seen[1]["event"], seen[1]["data"]) == (EDITED, None)
    assert seen[2]["data"]["text"] == "new"
    assert call(cast.bo.api).get(path).items[-2]["data"]["text"] == "secret"


def test_days_before_joining_can_be_read(cast, in_acme):
    channel = make_channel(cast.ana, cast.bo)
    rules = {"history": "days", "history_days": 3}
    update_conversation(cast.ana.actor, conversation_id=channel.id, rules=rules)
    for text, days in (("week old", 7), ("two days old", 2)):
        message = make_message(channel, cast.bo, text)
        at = timezone.now() - timedelta(days=days)
        Message.objects.filter(id=message.id).update(created_at=at)

    assert texts(cast.cy, channel) == ["two days old"]
    join_conversation(cast.cy.actor, conversation_id=channel.id)

    assert texts(cast.cy, channel) == ["two days old"]
    assert texts(cast.bo, channel) == ["two days old", "week old"]


def test_loosening_opens_the_history_to_those_who_are_in(cast, room):
    old = make_message(room, cast.bo, "last week")
    Message.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(days=7))
    make_message(room, cast.bo, "today")
    add(cast.ana, room, cast.cy)
    assert texts(cast.cy, room) == []

    for rules, seen in (
        ({"history": "days", "history_days": 2}, ["today"]),
        ({"history": "joined"}, ["today"]),
        ({"history": "all"}, ["today", "last week"]),
    ):
        update_conversation(cast.ana.actor, conversation_id=room.id, rules=rules)
        assert texts(cast.cy, room) == seen


def test_coming_back_is_joining_anew(cast, room):
    add(cast.ana, room, cast.cy)
    make_message(room, cast.bo, "heard")
    leave_conversation(cast.cy.actor, conversation_id=room.id)
    make_message(room, cast.bo, "missed")
    join_conversation(cast.cy.actor, conversation_id=room.id)

    assert texts(cast.cy, room) == []


def test_what_may_not_be_seen_is_never_unread(cast, room):
    for text in "abc":
        make_message(room, cast.bo, text)
    add(cast.ana, room, cast.cy)
    make_message(room, cast.bo, "new")

    mark_read(cast.cy.actor, conversation_id=room.id, seq=0, backwards=True)

    shown = call(cast.cy.api).get(f"/conversations/{room.id}").body
    assert shown["unread"] == {"messages": 1, "mentions": 0}


def test_lists_of_files_and_pins_hold_nothing_of_it(cast, room):
    old = make_message(room, cast.bo, "old")
    add(cast.ana, room, cast.cy)
    new = make_message(room, cast.bo, "new")
    for message in (old, new):
        pin_message(cast.ana.actor, message_id=message.id)
        File.objects.create(
            conversation_id=room.id,
            message_id=message.id,
            name=f"{message.text}.txt",
            content_type="text/plain",
            size_bytes=1,
            sha256=b"0" * 32,
            storage_name=str(message.id),
        )

    for what in ("files", "pins"):
        path = f"/conversations/{room.id}/{what}"
        seen, all_of_it = (
            str(call(cast.cy.api).get(path).body),
            str(call(cast.bo.api).get(path).body),
        )
        assert str(new.id) in seen, what
        assert str(old.id) not in seen, what
        assert str(old.id) in all_of_it, what


def test_events_withhold_the_parts_and_moves_of_what_was_before(cast, room):
    """Not its text alone: the answers of a poll and whatever was moved beside it say as much."""
    poll = post_message(
        cast.bo.actor,
        conversation_id=room.id,
        text="Which?",
        key=new_id(),
        brought={"poll": {"options": ["secret tea", "secret coffee"]}},
    ).message
    old = make_message(room, cast.bo, "secret root")
    add(cast.ana, room, cast.cy)
    new = make_message(room, cast.bo, "new")
    vote(cast.ana.actor, message_id=poll.id, options=[1])
    move_message(cast.bo.actor, message_id=new.id, thread_id=old.id)

    path = f"/conversations/{room.id}/events"
    seen = {frame["event"]: frame["data"] for frame in call(cast.cy.api).get(path).items}
    assert seen["chancery.poll.voted.v1"] is None
    assert seen["chancery.message.moved.v1"] is None
    assert "secret" not in str(seen)
    assert str(call(cast.bo.api).get(path).body).count("secret tea") == 2
