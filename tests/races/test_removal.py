"""Leave against post, and close against post: nothing follows what its author was refused by."""

from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from core.errors import Forbidden, NotFound
from events.journal import hold
from events.models import Entry
from messaging.conversations.owners import change_member
from messaging.conversations.services import (
    add_members,
    archive_conversation,
    leave_conversation,
    remove_member,
    restore_conversation,
    update_conversation,
)
from messaging.messages.models import Message
from messaging.messages.services import edit_message, post_message
from messaging.polls.models import Poll
from tenants.context import in_tenant
from tests.messaging.places import make_channel, make_message
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def run(act, outcome: list[Any]) -> Thread:
    """Run something in a thread that will have to wait."""

    def body() -> None:
        try:
            with in_tenant("acme"):
                outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=body, daemon=True)
    thread.start()
    return thread


def until_it_waits() -> None:
    """Return once somebody waits for a lock, having read their rights before."""
    for _ in range(100_000):
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("kind", ["private", "public"])
@pytest.mark.parametrize("is_reply", [False, True])
def test_a_message_that_waited_while_its_author_was_removed_is_refused(cast, kind, is_reply):
    place = make_channel(cast.ana, cast.bo, kind=kind)
    root = make_message(place, cast.ana) if is_reply else None
    outcome: list[Any] = []

    def post() -> Any:
        return post_message(
            cast.bo.actor,
            conversation_id=place.id,
            text="too late",
            key=uuid4(),
            thread_id=None if root is None else root.id,
        )

    with in_tenant("acme"):
        with transaction.atomic():
            hold(place.id)
            thread = run(post, outcome)
            until_it_waits()
            remove_member(cast.ana.actor, conversation_id=place.id, user_id=cast.bo.id)
        thread.join(30)

        assert isinstance(outcome[0], Forbidden | NotFound)
        assert not Message.objects.filter(author_id=cast.bo.id).exists()
        entries = Entry.objects.filter(stream_id=place.id).order_by("seq")
        assert list(entries.values_list("seq", flat=True)) == list(range(1, len(entries) + 1))
        assert entries[len(entries) - 1].type == "chancery.membership.removed.v1"


LOSING = {
    "archived": lambda ana, bo, place: archive_conversation(ana, conversation_id=place),
    "posting": lambda ana, bo, place: update_conversation(
        ana, conversation_id=place, rules={"posting": "owners", "replying": "owners"}
    ),
    "named": lambda ana, bo, place: change_member(
        ana, conversation_id=place, user_id=bo.user_id, may_post=False
    ),
}
"""What takes the right to write here from Bo, who stays a member."""

BRINGING = {"poll": {"options": ["a", "b"]}}


@pytest.mark.parametrize("how", LOSING)
@pytest.mark.parametrize("what", ["a message", "a reply", "a poll"])
def test_a_message_that_waited_while_its_author_lost_the_right_to_write_is_refused(cast, how, what):
    place = make_channel(cast.ana, cast.bo)
    root = make_message(place, cast.ana) if what == "a reply" else None
    outcome: list[Any] = []

    def post() -> Any:
        return post_message(
            cast.bo.actor,
            conversation_id=place.id,
            text="too late",
            key=uuid4(),
            thread_id=None if root is None else root.id,
            brought=BRINGING if what == "a poll" else None,
        )

    with in_tenant("acme"):
        change_member(cast.ana.actor, conversation_id=place.id, user_id=cast.bo.id, may_post=True)
        if how == "named":
            rules = {"posting": "named", "replying": "named"}
            update_conversation(cast.ana.actor, conversation_id=place.id, rules=rules)
        with transaction.atomic():
            hold(place.id)
            thread = run(post, outcome)
            until_it_waits()
            LOSING[how](cast.ana.actor, cast.bo.actor, place.id)
        thread.join(30)

        assert [type(one) for one in outcome] == [Forbidden]
        assert not Message.objects.filter(author_id=cast.bo.id).exists()
        assert not Poll.objects.exists()
        entries = Entry.objects.filter(stream_id=place.id).order_by("seq")
        assert list(entries.values_list("seq", flat=True)) == list(range(1, len(entries) + 1))


@pytest.mark.parametrize("who", ["ana", "bo"])
def test_whoever_may_write_all_the_same_writes_after_the_change(cast, who):
    place = make_channel(cast.ana, cast.bo)
    author = getattr(cast, who)
    rules = {"posting": "owners"} if who == "ana" else {"replying": "owners"}
    outcome: list[Any] = []

    with in_tenant("acme"):
        with transaction.atomic():
            hold(place.id)
            thread = run(lambda: make_message(place, author, "all the same"), outcome)
            until_it_waits()
            update_conversation(cast.ana.actor, conversation_id=place.id, rules=rules)
        thread.join(30)

        assert outcome[0].text == "all the same"
        last = Entry.objects.filter(stream_id=place.id).order_by("-seq")[0]
        assert (last.type, last.seq) == ("chancery.message.created.v1", outcome[0].seq)


def test_archiving_and_posting_at_once_end_in_order(cast):
    place = make_channel(cast.ana, cast.bo)

    for _ in range(6):
        outcomes = at_once(
            "acme",
            *[lambda: post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())]
            * 6,
            lambda: archive_conversation(cast.ana.actor, conversation_id=place.id),
        )
        assert all(isinstance(error, Forbidden) for error in errors_in(outcomes))
        with in_tenant("acme"):
            entries = Entry.objects.filter(stream_id=place.id)
            archived = entries.filter(type="chancery.conversation.archived.v1").order_by("-seq")[0]
            later = Message.objects.filter(author_id=cast.bo.id, seq__gt=archived.seq)
            assert not later.exists()
            restore_conversation(cast.ana.actor, conversation_id=place.id)


def test_an_edit_that_waited_is_refused_as_well(cast):
    place = make_channel(cast.ana, cast.bo, kind="private")
    message = make_message(place, cast.bo, "before")
    outcome: list[Any] = []

    with in_tenant("acme"):
        with transaction.atomic():
            hold(place.id)
            thread = run(
                lambda: edit_message(cast.bo.actor, message_id=message.id, text="after"), outcome
            )
            until_it_waits()
            remove_member(cast.ana.actor, conversation_id=place.id, user_id=cast.bo.id)
        thread.join(30)
        message.refresh_from_db(fields=["text"])

    assert isinstance(outcome[0], NotFound)
    assert message.text == "before"


def test_posting_and_being_removed_at_once_never_deadlock_and_end_in_order(cast):
    place = make_channel(cast.ana, cast.bo, cast.cy, kind="private")

    for _ in range(6):
        outcomes = at_once(
            "acme",
            *[lambda: post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())]
            * 6,
            lambda: remove_member(cast.ana.actor, conversation_id=place.id, user_id=cast.bo.id),
        )
        refused = errors_in(outcomes)
        assert all(isinstance(error, Forbidden | NotFound) for error in refused)
        with in_tenant("acme"):
            removed = Entry.objects.filter(
                stream_id=place.id, type="chancery.membership.removed.v1"
            ).order_by("-seq")[0]
            later = Message.objects.filter(author_id=cast.bo.id, seq__gt=removed.seq)
            assert not later.exists()
            add_members(cast.ana.actor, conversation_id=place.id, user_ids=[cast.bo.id])


def test_posting_and_leaving_at_once_end_in_order(cast):
    place = make_channel(cast.ana, cast.bo, cast.cy, kind="private")

    for _ in range(6):
        outcomes = at_once(
            "acme",
            *[lambda: post_message(cast.bo.actor, conversation_id=place.id, text="x", key=uuid4())]
            * 6,
            lambda: leave_conversation(cast.bo.actor, conversation_id=place.id),
        )
        *posted, left = outcomes
        assert all(isinstance(error, Forbidden | NotFound) for error in errors_in(posted))
        assert not isinstance(left, Exception)
        with in_tenant("acme"):
            assert not place.memberships.filter(user_id=cast.bo.id).exists()
            gone = Entry.objects.filter(
                stream_id=place.id, type="chancery.membership.removed.v1"
            ).order_by("-seq")[0]
            theirs = Message.objects.filter(author_id=cast.bo.id, kind="text")
            assert not theirs.filter(seq__gt=gone.seq).exists()
            add_members(cast.ana.actor, conversation_id=place.id, user_ids=[cast.bo.id])
