"""Threads that people follow: who does, what is unread, and what their devices hear."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Forbidden, Invalid, NotFound
from events.models import Entry
from events.tasks import run_entry
from messaging.conversations.services import archive_conversation, leave_conversation
from messaging.messages.services import delete_message
from messaging.threads.models import Follow
from messaging.threads.services import follow_thread, read_thread, unfollow_thread
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.races.together import at_once, errors_in


def run_handlers(place) -> None:
    """What the workers do for everything that happened in a conversation."""
    for entry in Entry.objects.filter(stream_id=place.id).order_by("seq"):
        assert run_entry(entry)


def unread_of(person) -> dict[str, int]:
    items = call(person.api).get("/me/threads/states").items
    return {item["root_id"]: item["unread"] for item in items}


def test_a_reply_is_unread_for_the_threads_author_and_read_for_who_wrote_it(
    cast, in_acme, general, hello
):
    make_message(general, cast.ana, "reply", thread=hello)
    run_handlers(general)

    assert unread_of(cast.bo) == {str(hello.id): 1}
    assert unread_of(cast.ana) == {str(hello.id): 0}
    assert journal_types(cast.bo.id)[-1] == "thread.followed"


def test_whoever_is_named_in_a_thread_follows_it_if_they_are_members(cast, in_acme, general, hello):
    make_message(general, cast.bo, f"<@{cast.ana.id}> <@{cast.cy.id}>", thread=hello)
    run_handlers(general)

    assert unread_of(cast.ana) == {str(hello.id): 1}
    assert unread_of(cast.cy) == {}
    assert Follow.objects.count() == 2


def test_handlers_that_run_twice_follow_once(cast, in_acme, general, hello):
    make_message(general, cast.ana, "reply", thread=hello)
    for _ in range(2):
        run_handlers(general)

    assert Follow.objects.count() == 2
    assert journal_types(cast.bo.id).count("thread.followed") == 1


def test_who_stopped_following_is_left_in_peace_until_they_reply(cast, in_acme, general, hello):
    make_message(general, cast.ana, "one", thread=hello)
    run_handlers(general)
    unfollow_thread(cast.bo.actor, message_id=hello.id)

    make_message(general, cast.ana, f"two <@{cast.bo.id}>", thread=hello)
    run_handlers(general)
    assert unread_of(cast.bo) == {}

    make_message(general, cast.bo, "three", thread=hello)
    run_handlers(general)
    make_message(general, cast.ana, "four", thread=hello)
    assert unread_of(cast.bo) == {str(hello.id): 1}


def test_who_did_not_want_to_follow_before_the_first_reply_does_not(cast, in_acme, general, hello):
    unfollow_thread(cast.bo.actor, message_id=hello.id)
    make_message(general, cast.ana, "reply", thread=hello)
    run_handlers(general)

    assert unread_of(cast.bo) == {}


def test_following_by_hand_starts_from_now(cast, in_acme, general, hello):
    make_message(general, cast.bo, "before", thread=hello)
    follow_thread(cast.ana.actor, message_id=hello.id)
    reply = make_message(general, cast.bo, "after", thread=hello)

    state = call(cast.ana.api).get(f"/messages/{reply.id}/thread").body

    assert (state["root_id"], state["unread"], state["is_following"]) == (str(hello.id), 1, True)
    assert state["last_seq"] == reply.seq


def test_reading_a_thread_leaves_nothing_unread_and_tells_every_device(
    cast, in_acme, general, hello
):
    follow_thread(cast.ana.actor, message_id=hello.id)
    replies = [make_message(general, cast.bo, text, thread=hello) for text in "abc"]

    read_thread(cast.ana.actor, message_id=hello.id, seq=replies[1].seq)
    assert unread_of(cast.ana) == {str(hello.id): 1}
    read_thread(cast.ana.actor, message_id=hello.id, seq=replies[0].seq)
    assert unread_of(cast.ana) == {str(hello.id): 1}
    read_thread(cast.ana.actor, message_id=hello.id, seq=2**60)
    assert unread_of(cast.ana) == {str(hello.id): 0}
    read_thread(cast.ana.actor, message_id=hello.id, seq=replies[0].seq, backwards=True)
    assert unread_of(cast.ana) == {str(hello.id): 2}

    assert journal_types(cast.ana.id).count("thread.read") == 3


def test_a_deleted_reply_is_unread_for_nobody(cast, in_acme, general, hello):
    follow_thread(cast.ana.actor, message_id=hello.id)
    reply = make_message(general, cast.bo, "never mind", thread=hello)
    delete_message(cast.bo.actor, message_id=reply.id)

    assert unread_of(cast.ana) == {str(hello.id): 0}


def test_the_inbox_shows_unread_threads_and_the_latest_reply_first(cast, in_acme, general):
    roots = [make_message(general, cast.ana, text) for text in ("old", "middle", "new")]
    for root in roots:
        follow_thread(cast.ana.actor, message_id=root.id)
    make_message(general, cast.bo, "reply", thread=roots[0])
    rest = call(cast.ana.api)

    everything = rest.get("/me/threads", limit=2)
    more = rest.get("/me/threads", limit=2, cursor=everything.body["next"])
    unread = rest.get("/me/threads", state="unread")

    shown = [item["root"]["text"] for item in [*everything.items, *more.items]]
    assert shown == ["old", "new", "middle"]
    assert [(item["root"]["text"], item["unread"]) for item in unread.items] == [("old", 1)]


def test_who_left_and_what_is_archived_asks_for_nobody(cast, in_acme, general, hello):
    follow_thread(cast.ana.actor, message_id=hello.id)
    follow_thread(cast.bo.actor, message_id=hello.id)
    leave_conversation(cast.bo.actor, conversation_id=general.id)
    assert unread_of(cast.bo) == {}

    archive_conversation(cast.ana.actor, conversation_id=general.id)
    assert unread_of(cast.ana) == {}


def test_strangers_follow_nothing_and_read_only_what_they_follow(cast, in_acme, general, hello):
    for person, refusal in ((cast.cy, Forbidden), (cast.eve, NotFound)):
        with pytest.raises(refusal):
            follow_thread(person.actor, message_id=hello.id)
    with pytest.raises(Forbidden):
        read_thread(cast.ana.actor, message_id=hello.id, seq=1)
    follow_thread(cast.ana.actor, message_id=hello.id)
    with pytest.raises(Invalid):
        read_thread(cast.ana.actor, message_id=hello.id, seq=-1)

    assert Follow.objects.count() == 1


@pytest.mark.parametrize("cursor", ["WyJ4IiwieCJd", "x", "WyIyMDI2IiwgMV0"])
def test_a_cursor_that_is_not_ours_is_refused(cast, in_acme, cursor):
    answer = call(cast.ana.api).get("/me/threads", cursor=cursor)

    assert (answer.status, answer.fields) == (422, ["cursor"])


def test_the_inbox_costs_the_same_queries_whatever_its_size(cast, in_acme, general):
    def follow_more(count: int) -> None:
        for index in range(count):
            root = make_message(general, cast.ana, f"root {index}")
            follow_thread(cast.ana.actor, message_id=root.id)
            make_message(general, cast.bo, "reply", thread=root)

    def queries_of(path: str) -> int:
        call(cast.ana.api).get(path)  # what is read once and remembered for some seconds
        with CaptureQueriesContext(connection) as queries:
            assert call(cast.ana.api).get(path).status == 200
        return len(queries)

    paths = ("/me/threads", "/me/threads/states")
    follow_more(1)
    few = [queries_of(path) for path in paths]
    follow_more(30)

    assert [queries_of(path) for path in paths] == few
    assert sum(unread_of(cast.ana).values()) == 31


@pytest.mark.usefixtures("real_commits")
def test_following_at_once_in_workers_and_by_hand_is_following_once(cast):
    place = make_channel(cast.ana, cast.bo)
    root = make_message(place, cast.bo)
    make_message(place, cast.ana, "reply", thread=root)

    outcomes = at_once(
        "acme",
        lambda: run_handlers(place),
        lambda: run_handlers(place),
        lambda: follow_thread(cast.bo.actor, message_id=root.id),
        lambda: unfollow_thread(cast.ana.actor, message_id=root.id),
    )

    assert errors_in(outcomes) == []
    with in_tenant("acme"):
        assert Follow.objects.count() == 2
        assert Follow.objects.get(user_id=cast.bo.id).is_following
