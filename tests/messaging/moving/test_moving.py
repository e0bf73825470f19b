"""Messages that are moved into a thread, or out of one: counts, rights, traces and races."""

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from events.tasks import run_entry
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message, post_message
from messaging.moving import services
from messaging.moving.services import move_message
from messaging.threads.models import Follow
from messaging.threads.services import follow_thread
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types, make_channel, make_message
from tests.messaging.test_frames import frames
from tests.races.together import at_once, errors_in


def replies_of(root) -> list[str]:
    rows = Message.objects.filter(thread_id=root.id).order_by("seq")
    return list(rows.values_list("text", flat=True))


def count_of(message) -> int:
    return Message.objects.get(id=message.id).reply_count


def test_a_message_goes_into_a_thread_with_its_replies(cast, in_acme, general, hello):
    stray = make_message(general, cast.ana, "stray")
    make_message(general, cast.bo, "to the stray", thread=stray)

    answer = call(cast.ana.api).post(f"/messages/{stray.id}/move", {"thread_id": str(hello.id)})

    assert (answer.status, answer.body["thread_id"]) == (200, str(hello.id))
    assert replies_of(hello) == ["stray", "to the stray"]
    assert (count_of(hello), count_of(stray)) == (2, 0)
    assert (answer.body["seq"], answer.body["last_reply_at"]) == (stray.seq, None)
    history = call(cast.bo.api).get(f"/conversations/{general.id}/messages").items
    assert [row["text"] for row in history if row["kind"] == "text"] == ["Hello"]


def test_a_reply_comes_out_of_its_thread_where_it_was_said(cast, in_acme, general, hello):
    reply = make_message(general, cast.ana, "for everybody", thread=hello)
    make_message(general, cast.ana, "stays", thread=hello)

    move_message(cast.ana.actor, message_id=reply.id, thread_id=None)

    assert replies_of(hello) == ["stays"]
    assert count_of(hello) == 1
    history = call(cast.bo.api).get(f"/conversations/{general.id}/messages").items
    assert [row["text"] for row in reversed(history) if row["kind"] == "text"] == [
        "Hello",
        "for everybody",
    ]


def test_everybody_hears_what_stands_elsewhere_and_the_channel_says_it(
    cast, in_acme, general, hello
):
    stray = make_message(general, cast.ana, "stray")
    for _ in range(2):
        move_message(cast.ana.actor, message_id=stray.id, thread_id=hello.id)

    (told,) = [frame for frame in frames(general.id) if frame["event"].endswith("moved.v1")]
    assert {row["id"]: row["thread_id"] for row in told["data"]["messages"]} == {
        str(stray.id): str(hello.id),
        str(hello.id): None,
    }
    assert journal_types(general.id)[-2:] == ["message.moved", "message.created"]
    line = Message.objects.get(kind="system")
    assert (line.subtype, line.text) == ("moved_to_thread", str(stray.id))


def test_what_was_unread_is_counted_where_it_stands_now(cast, in_acme, general, hello):
    follow_thread(cast.bo.actor, message_id=hello.id)
    stray = make_message(general, cast.ana, "stray")
    path = f"/conversations/{general.id}"
    assert call(cast.bo.api).get(path).body["unread"]["messages"] == 1

    move_message(cast.ana.actor, message_id=stray.id, thread_id=hello.id)

    assert call(cast.bo.api).get(path).body["unread"]["messages"] == 0
    assert call(cast.bo.api).get(f"/messages/{hello.id}/thread").body["unread"] == 1


def test_links_and_search_find_it_in_its_new_place(cast, in_acme, general, hello):
    stray = make_message(general, cast.ana, "peculiar")
    move_message(cast.ana.actor, message_id=stray.id, thread_id=hello.id)

    assert call(cast.bo.api).get(f"/messages/{stray.id}").body["thread_id"] == str(hello.id)
    (hit,) = call(cast.bo.api).get("/search", q="peculiar").items
    assert hit["message"]["thread_id"] == str(hello.id)


def test_who_followed_the_moved_thread_follows_the_one_it_is_in(cast, in_acme, general, hello):
    stray = make_message(general, cast.ana, "stray")
    follow_thread(cast.bo.actor, message_id=stray.id)
    follow_thread(cast.ana.actor, message_id=stray.id)
    follow_thread(cast.ana.actor, message_id=hello.id)
    move_message(cast.ana.actor, message_id=stray.id, thread_id=hello.id)

    for entry in Entry.objects.filter(stream_id=general.id).order_by("seq"):
        assert run_entry(entry)

    rows = Follow.objects.values_list("user_id", "root_id")
    assert set(rows) == {(cast.ana.id, hello.id), (cast.bo.id, hello.id)}


def test_authors_move_their_own_and_owners_everything(cast, in_acme, general, hello):
    own = make_message(general, cast.bo, "own")
    with pytest.raises(Forbidden):
        move_message(
            cast.bo.actor, message_id=make_message(general, cast.ana).id, thread_id=hello.id
        )
    for person, refusal in ((cast.cy, Forbidden), (cast.eve, NotFound)):
        with pytest.raises(refusal):
            move_message(person.actor, message_id=own.id, thread_id=hello.id)

    move_message(cast.bo.actor, message_id=own.id, thread_id=hello.id)
    move_message(cast.ana.actor, message_id=own.id, thread_id=None)

    assert Message.objects.get(id=own.id).thread_id is None


def test_only_into_a_thread_of_this_conversation(cast, in_acme, general, leadership, hello):
    stray = make_message(general, cast.ana, "stray")
    reply = make_message(general, cast.ana, "reply", thread=hello)
    gone = make_message(general, cast.ana, "gone")
    delete_message(cast.ana.actor, message_id=gone.id)
    elsewhere = make_message(leadership, cast.ana, "elsewhere")

    for thread_id in (stray.id, reply.id, gone.id, elsewhere.id, new_id()):
        with pytest.raises(Invalid) as refusal:
            move_message(cast.ana.actor, message_id=stray.id, thread_id=thread_id)
        assert [error.field for error in refusal.value.errors] == ["thread_id"]

    assert Message.objects.get(id=stray.id).thread_id is None


def test_very_long_threads_stay(cast, in_acme, general, hello, monkeypatch):
    monkeypatch.setattr(services, "MOST_REPLIES", 1)
    stray = make_message(general, cast.ana, "stray")
    for _ in range(2):
        make_message(general, cast.bo, thread=stray)

    with pytest.raises(Conflict):
        move_message(cast.ana.actor, message_id=stray.id, thread_id=hello.id)

    assert count_of(stray) == 2


@pytest.mark.usefixtures("real_commits")
class TestAtOnce:
    def place(self, cast):
        place = make_channel(cast.ana, cast.bo)
        root = make_message(place, cast.ana, "root")
        return place, root, make_message(place, cast.ana, "stray")

    def check(self, root, stray) -> None:
        """Each root counts what hangs on it, and nothing hangs on a reply."""
        for message in (root, stray):
            row = Message.objects.get(id=message.id)
            there = Message.objects.filter(thread_id=message.id, deleted_at=None).count()
            assert row.reply_count == there
            assert row.thread_id is None or there == 0

    def test_moving_against_a_reply(self, cast):
        place, root, stray = self.place(cast)

        moved, replied = at_once(
            "acme",
            lambda: move_message(cast.ana.actor, message_id=stray.id, thread_id=root.id),
            lambda: post_message(
                cast.bo.actor,
                conversation_id=place.id,
                text="reply",
                key=new_id(),
                thread_id=stray.id,
            ),
        )

        assert not isinstance(moved, Exception)
        assert isinstance(replied, Invalid) or not isinstance(replied, Exception)
        with in_tenant("acme"):
            self.check(root, stray)

    def test_moving_against_an_edit_and_a_deletion(self, cast):
        _place, root, stray = self.place(cast)

        outcomes = at_once(
            "acme",
            lambda: move_message(cast.ana.actor, message_id=stray.id, thread_id=root.id),
            lambda: edit_message(cast.ana.actor, message_id=stray.id, text="edited"),
            lambda: delete_message(cast.ana.actor, message_id=stray.id),
        )

        assert all(isinstance(error, Conflict | Forbidden) for error in errors_in(outcomes))
        with in_tenant("acme"):
            self.check(root, stray)
            assert Message.objects.get(id=stray.id).deleted_at is not None

    def test_two_that_are_moved_into_each_other_leave_one_thread(self, cast):
        _place, root, stray = self.place(cast)

        at_once(
            "acme",
            lambda: move_message(cast.ana.actor, message_id=stray.id, thread_id=root.id),
            lambda: move_message(cast.ana.actor, message_id=root.id, thread_id=stray.id),
        )

        with in_tenant("acme"):
            self.check(root, stray)
            threads = [Message.objects.get(id=each.id).thread_id for each in (root, stray)]
            assert threads.count(None) == 1
