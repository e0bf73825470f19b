"""Messages that are moved to another conversation: what follows, who may, what others are told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.policies.services import change
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from events.tasks import run_entry
from messaging.attention.models import Mention
from messaging.conversations.models import Membership
from messaging.conversations.policy import ChannelPolicy
from messaging.conversations.services import (
    add_members,
    archive_conversation,
    remove_member,
    update_conversation,
)
from messaging.drafts.models import Draft
from messaging.drafts.services import keep_draft
from messaging.files.models import File
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message, post_message
from messaging.moving import across
from messaging.moving.across import move_to_conversation, undo_move
from messaging.moving.models import Move
from messaging.moving.services import move_message
from messaging.pins.models import Pin
from messaging.pins.services import pin_message
from messaging.polls.services import vote
from messaging.priority.models import Acknowledgement
from messaging.priority.services import acknowledge
from messaging.reactions.services import add_reaction
from messaging.receipts.services import mark_read
from messaging.saved.services import save_message
from messaging.scheduled.services import schedule_message
from messaging.threads.services import follow_thread, read_thread
from tests.messaging.calls import call
from tests.messaging.places import (
    journal_types,
    make_channel,
    make_direct,
    make_message,
    make_messages,
)
from tests.messaging.test_frames import frames

THUMB = "\U0001f44d"


@pytest.fixture
def support(cast, in_acme):
    """Another channel of Ana and Cy; Bo is not in it."""
    return make_channel(cast.ana, cast.cy, name="support", kind="private")


def move(person, to, *messages):
    ids = [message.id for message in messages]
    return move_to_conversation(person.actor, message_ids=ids, conversation_id=to.id)


def texts_in(person, place) -> list[str]:
    items = call(person.api).get(f"/conversations/{place.id}/messages").items
    return [row["text"] for row in reversed(items) if row["kind"] == "text"]


def lines_in(place) -> list[tuple]:
    rows = Message.objects.filter(conversation_id=place.id, kind="system", deleted_at=None)
    return list(rows.order_by("seq").values_list("subtype", "text"))


def unread(person, place) -> tuple[int, int]:
    shown = call(person.api).get(f"/conversations/{place.id}").body["unread"]
    return shown["messages"], shown["mentions"]


def run_handlers(place) -> None:
    for entry in Entry.objects.filter(stream_id=place.id).order_by("seq"):
        assert run_entry(entry)


def decide(cast, **values) -> None:
    change(cast.ana.actor, ChannelPolicy, **values)


def test_a_thread_goes_with_its_replies_and_keeps_its_ids(cast, in_acme, general, support, hello):
    reply = make_message(general, cast.bo, "a reply", thread=hello)
    make_message(general, cast.bo, "stays")
    make_message(support, cast.ana, "was here")

    answer = call(cast.ana.api).post(
        f"/conversations/{support.id}/moved-messages", {"message_ids": [str(hello.id)]}
    )

    assert answer.status == 201
    assert answer.body["message_ids"] == [str(hello.id), str(reply.id)]
    assert texts_in(cast.bo, general) == ["stays"]
    assert texts_in(cast.cy, support) == ["was here", "Hello"]
    now = call(cast.cy.api).get(f"/messages/{hello.id}").body
    assert (now["conversation_id"], now["reply_count"]) == (str(support.id), 1)
    assert now["moved"]["from_id"] == str(general.id)
    thread = call(cast.cy.api).get(f"/conversations/{support.id}/messages", thread_id=hello.id)
    assert [row["text"] for row in thread.items] == ["a reply"]


def test_several_messages_come_in_the_order_in_which_they_were_written(
    cast, in_acme, general, support
):
    first, _second, third = make_messages(general, cast.bo, ["one", "two", "three"])

    done = move(cast.ana, support, third, first)

    assert texts_in(cast.cy, support) == ["one", "three"]
    assert texts_in(cast.bo, general) == ["two"]
    assert lines_in(general) == [("moved_away", f"2 {support.id} {done.id}")]
    assert lines_in(support) == [("moved_here", f"2 {general.id} {done.id}")]


def test_many_cost_as_many_statements_as_few(
    cast, in_acme, general, support, django_assert_num_queries
):
    first, few, many = (make_messages(general, cast.bo, "x" * number) for number in (1, 2, 40))
    # What is read once and kept is kept by now.
    undo_move(cast.ana.actor, move_id=move(cast.ana, support, *first).id)

    with CaptureQueriesContext(connection) as there:
        one = move(cast.ana, support, *few)
    with CaptureQueriesContext(connection) as back:
        undo_move(cast.ana.actor, move_id=one.id)

    with django_assert_num_queries(len(there)):
        other = move(cast.ana, support, *many)
    with django_assert_num_queries(len(back)):
        undo_move(cast.ana.actor, move_id=other.id)
    assert texts_in(cast.bo, general) == ["x"] * 43


def test_a_reply_alone_begins_a_thread_of_its_own_and_its_old_one_counts_again(
    cast, in_acme, general, support, hello
):
    reply = make_message(general, cast.bo, "elsewhere", thread=hello)
    make_message(general, cast.bo, "stays", thread=hello)

    move(cast.ana, support, reply)

    assert texts_in(cast.cy, support) == ["elsewhere"]
    root = call(cast.bo.api).get(f"/messages/{hello.id}").body
    assert root["reply_count"] == 1


def test_who_sees_only_where_it_came_from_reads_it_no_more(cast, in_acme, general, support, hello):
    edit_message(cast.bo.actor, message_id=hello.id, text="a secret")
    add_reaction(cast.bo.actor, message_id=hello.id, emoji=THUMB)
    pin_message(cast.ana.actor, message_id=hello.id)
    make_message(general, cast.bo, "a secret answer", thread=hello)
    move_message(cast.ana.actor, message_id=make_message(general, cast.ana).id, thread_id=hello.id)
    save_message(cast.bo.actor, message_id=hello.id)

    move(cast.ana, support, hello)

    told = frames(general.id)
    assert "secret" not in str(told)
    assert THUMB not in str(told)
    about = [f for f in told if f["event"].split(".")[1] in ("message", "reaction")]
    assert [f["event"].split(".")[2] for f in about if f["data"] is not None] == [
        "created",  # the line of the pin
        "moved",  # without the messages
        "created",  # its line
        "departed",
        "created",  # its line
    ]
    bo = call(cast.bo.api)
    for path in ("", "/revisions", "/thread"):
        assert bo.get(f"/messages/{hello.id}{path}").status == 404
    assert bo.get("/search", q="secret").items == []
    (saved,) = bo.get("/me/saved").items
    assert saved["message"] is None
    assert call(cast.cy.api).get(f"/messages/{hello.id}").body["text"] == "a secret"


def test_what_is_told_names_ids_alone(cast, in_acme, general, support, hello):
    done = move(cast.ana, support, hello)

    (gone,) = [f for f in frames(general.id) if f["event"] == "chancery.message.departed.v1"]
    assert gone["data"] == {
        "conversation_id": str(general.id),
        "message_ids": [str(hello.id)],
        "root_ids": [],
        "to_id": str(support.id),
        "move_id": str(done.id),
    }
    (come,) = [f for f in frames(support.id) if f["event"] == "chancery.message.arrived.v1"]
    assert (come["data"]["text"], come["data"]["seq"]) == ("Hello", come["seq"])
    entry = Entry.objects.get(stream_id=support.id, type="chancery.message.arrived.v1")
    assert entry.actor_id == cast.ana.id
    assert set(entry.data) == {"conversation_id", "message_id", "from_id", "move_id"}
    assert journal_types(general.id)[-2:] == ["message.departed", "message.created"]


def test_it_is_unread_where_it_came_and_nowhere_else(cast, in_acme, general, support, hello):
    make_message(general, cast.bo, f"<@{cast.cy.id}> <!channel>")
    both = list(Message.objects.filter(conversation_id=general.id, author_id=cast.bo.id))
    add_members(cast.ana.actor, conversation_id=general.id, user_ids=[cast.cy.id])
    run_handlers(general)
    assert unread(cast.ana, general) == (2, 1)

    move(cast.ana, support, *both)

    assert unread(cast.ana, general) == (0, 0)
    assert unread(cast.cy, support) == (2, 1)  # by name; @channel calls on nobody here
    assert unread(cast.ana, support) == (0, 0)  # she has seen what she moved


def test_what_else_is_unread_there_stays_so_for_whoever_moves(cast, in_acme, general, support):
    make_message(support, cast.cy, "not read yet")
    message = make_message(general, cast.bo)

    move(cast.ana, support, message)

    assert unread(cast.ana, support) == (2, 0)


def test_everything_that_hangs_on_it_goes_along(cast, in_acme, general, support):
    message = post_message(
        cast.ana.actor,
        conversation_id=general.id,
        text=f"Which? <@{cast.bo.id}>",
        key=new_id(),
        brought={
            "poll": {"options": ["a", "b"]},
            "priority": {"level": "important", "acknowledge": True},
        },
    ).message
    file = File.objects.create(
        conversation_id=general.id,
        message_id=message.id,
        name="a.txt",
        content_type="text/plain",
        size_bytes=1,
        sha256=b"",
        storage_name="x",
    )
    Message.objects.filter(id=message.id).update(parts=message.parts | 1)
    vote(cast.bo.actor, message_id=message.id, options=[1])
    add_reaction(cast.bo.actor, message_id=message.id, emoji=THUMB)
    pin_message(cast.ana.actor, message_id=message.id)
    edit_message(cast.ana.actor, message_id=message.id, text=f"Which one? <@{cast.bo.id}>")

    move(cast.ana, support, message)

    cy = call(cast.cy.api)
    view = cy.get(f"/messages/{message.id}").body
    assert [one["count"] for one in view["poll"]["options"]] == [0, 1]
    assert [one["emoji"] for one in view["reactions"]] == [THUMB]
    assert [one["name"] for one in view["files"]] == ["a.txt"]
    assert view["pin"]["by_id"] == str(cast.ana.id)
    assert (view["priority"]["recipient_count"], view["priority"]["waiting_ids"]) == (0, [])
    assert len(cy.get(f"/messages/{message.id}/revisions").items) == 1
    assert [one["id"] for one in cy.get(f"/conversations/{support.id}/pins").items] == [view["id"]]
    assert len(cy.get(f"/conversations/{support.id}/files").items) == 1
    bo = call(cast.bo.api)
    assert bo.get(f"/conversations/{general.id}/files").items == []
    assert bo.get(f"/conversations/{general.id}/pins").items == []
    assert bo.get(f"/files/{file.id}").status == 404
    with pytest.raises(NotFound):
        acknowledge(cast.bo.actor, message_id=message.id)


def test_pins_beyond_the_most_are_taken_off(cast, in_acme, general, support, monkeypatch):
    monkeypatch.setattr("messaging.pins.carrying.MOST_PINS", 1)
    both = make_messages(general, cast.bo, ["one", "two"])
    for message in both:
        pin_message(cast.ana.actor, message_id=message.id)

    move(cast.ana, support, *both)

    assert list(Pin.objects.values_list("message_id", "conversation_id")) == [
        (both[0].id, support.id)
    ]
    assert "pin" not in call(cast.cy.api).get(f"/messages/{both[1].id}").body


def test_who_follows_the_thread_follows_it_there_from_where_they_have_read(
    cast, in_acme, general, support, hello
):
    add_members(cast.ana.actor, conversation_id=general.id, user_ids=[cast.cy.id])
    follow_thread(cast.cy.actor, message_id=hello.id)
    follow_thread(cast.bo.actor, message_id=hello.id)
    replies = [make_message(general, cast.ana, text, thread=hello) for text in ("one", "two")]
    read_thread(cast.cy.actor, message_id=hello.id, seq=replies[0].seq)
    make_messages(support, cast.ana, "abcdefghijklmnopqrstuvwxyz")

    done = move(cast.ana, support, hello)

    state = call(cast.cy.api).get(f"/messages/{hello.id}/thread").body
    assert (state["unread"], state["conversation_id"]) == (1, str(support.id))
    assert call(cast.bo.api).get("/me/threads/states").items == []

    undo_move(cast.ana.actor, move_id=done.id)

    state = call(cast.cy.api).get(f"/messages/{hello.id}/thread").body
    assert (state["unread"], state["read_seq"]) == (1, replies[0].seq)
    (state,) = call(cast.bo.api).get("/me/threads/states").items
    assert state["unread"] == 2


def test_drafts_and_scheduled_replies_follow_the_thread(cast, in_acme, general, support, hello):
    add_members(cast.ana.actor, conversation_id=general.id, user_ids=[cast.cy.id])
    for person in (cast.cy, cast.bo):
        keep_draft(person.actor, conversation_id=general.id, thread_id=hello.id, text="begun")
    schedule_message(
        cast.cy.actor,
        conversation_id=general.id,
        thread_id=hello.id,
        text="later",
        send_at=timezone.now() + timedelta(hours=1),
    )

    move(cast.ana, support, hello)
    run_handlers(support)

    begun = Draft.objects.exclude(text="").values_list("user_id", "conversation_id")
    assert set(begun) == {(cast.cy.id, support.id), (cast.bo.id, general.id)}
    (waiting,) = call(cast.cy.api).get("/me/scheduled").items
    assert waiting["conversation_id"] == str(support.id)


def test_who_joins_there_later_sees_what_came_after_them(cast, in_acme, general, support):
    update_conversation(cast.ana.actor, conversation_id=support.id, rules={"history": "joined"})
    early, late = make_messages(general, cast.bo, ["early", "late"])
    move(cast.ana, support, early)

    add_members(cast.ana.actor, conversation_id=support.id, user_ids=[cast.bo.id])
    assert texts_in(cast.bo, support) == []
    assert call(cast.bo.api).get(f"/messages/{early.id}").status == 404
    move(cast.ana, support, late)

    assert texts_in(cast.bo, support) == ["late"]


def test_an_old_message_among_new_ones_hides_nothing_of_the_days_one_may_read(
    cast, in_acme, general, support
):
    update_conversation(
        cast.ana.actor, conversation_id=support.id, rules={"history": "days", "history_days": 7}
    )
    old = make_message(general, cast.bo, "old")
    Message.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(days=90))
    make_message(support, cast.ana, "this week")
    move(cast.ana, support, old)

    add_members(cast.ana.actor, conversation_id=support.id, user_ids=[cast.bo.id])

    assert texts_in(cast.bo, support) == ["this week", "old"]
    at = (timezone.now() - timedelta(days=1)).isoformat()
    place = call(cast.ana.api).get(f"/conversations/{support.id}/place", at=at).body["seq"]
    assert place == Message.objects.get(text="this week").seq


class TestWhoMay:
    """The organisation's policy, the person's rights in both conversations, and direct messages."""

    def refused(self, person, to, message, kind) -> str:
        before = Message.objects.get(id=message.id).conversation_id
        with pytest.raises(kind) as refusal:
            move(person, to, message)
        assert Message.objects.get(id=message.id).conversation_id == before
        assert Move.objects.count() == 0
        return refusal.value.code

    @pytest.fixture
    def lounge(self, cast, in_acme):
        """A channel that everybody is in."""
        return make_channel(cast.ana, cast.bo, cast.cy, name="lounge")

    def test_nobody(self, cast, in_acme, general, lounge, hello):
        decide(cast, moved_by="nobody")

        assert self.refused(cast.ana, lounge, hello, Forbidden) == "may_not_move"
        assert self.refused(cast.bo, lounge, hello, Forbidden) == "may_not_move"
        can = call(cast.ana.api).get(f"/conversations/{general.id}").body["can"]
        assert (can["move_own"], can["move_others"]) == (False, False)

    def test_owners_and_admins(self, cast, in_acme, general, lounge, hello):
        decide(cast, moved_by="managers")

        self.refused(cast.bo, lounge, hello, Forbidden)
        can = call(cast.bo.api).get(f"/conversations/{general.id}").body["can"]
        assert (can["move_own"], can["move_others"]) == (False, False)
        move(cast.ana, lounge, hello)

    def test_authors_what_they_wrote_lately(self, cast, in_acme, general, lounge, hello):
        others = make_message(general, cast.ana)
        old = make_message(general, cast.bo)
        Message.objects.filter(id=old.id).update(created_at=timezone.now() - timedelta(hours=25))

        self.refused(cast.bo, lounge, others, Forbidden)
        self.refused(cast.bo, lounge, old, Forbidden)
        can = call(cast.bo.api).get(f"/conversations/{general.id}").body["can"]
        assert (can["move_own"], can["move_others"]) == (True, False)
        assert can["move_own_hours"] == 24
        move(cast.bo, lounge, hello)
        decide(cast, moved_within_hours=None)
        can = call(cast.bo.api).get(f"/conversations/{general.id}").body["can"]
        assert can["move_own_hours"] is None
        move(cast.bo, lounge, old)

    def test_authors_do_not_take_the_replies_of_others_along(
        self, cast, in_acme, general, lounge, hello
    ):
        make_message(general, cast.ana, "not Bo's", thread=hello)

        self.refused(cast.bo, lounge, hello, Forbidden)

    def test_everybody(self, cast, in_acme, general, lounge):
        decide(cast, moved_by="everyone")

        message = make_message(general, cast.ana)
        move(cast.bo, lounge, message)

        assert Message.objects.get(id=message.id).conversation_id == lounge.id

    def test_the_other_conversation_must_be_seen_and_take_what_one_writes(
        self, cast, in_acme, general, support, hello
    ):
        assert self.refused(cast.bo, support, hello, NotFound) == "not_found"
        add_members(cast.ana.actor, conversation_id=support.id, user_ids=[cast.bo.id])
        update_conversation(cast.ana.actor, conversation_id=support.id, rules={"posting": "owners"})
        self.refused(cast.bo, support, hello, Forbidden)
        archive_conversation(cast.ana.actor, conversation_id=support.id)
        self.refused(cast.ana, support, hello, Forbidden)

    def test_strangers_and_lookers_on_move_nothing(self, cast, in_acme, general, hello):
        own = make_channel(cast.cy, name="own")
        secret = make_message(make_channel(cast.ana, name="secret", kind="private"), cast.ana)

        self.refused(cast.cy, own, hello, Forbidden)
        unseen = self.refused(cast.cy, own, secret, Invalid)
        with pytest.raises(Invalid) as refusal:
            move_to_conversation(cast.cy.actor, message_ids=[new_id()], conversation_id=own.id)
        assert refusal.value.code == unseen == "no_messages"

    def test_what_others_said_in_a_direct_message_stays_there(self, cast, in_acme, lounge):
        decide(cast, moved_by="everyone")
        direct = make_direct(cast.ana, cast.bo)
        hers, his = make_message(direct, cast.ana), make_message(direct, cast.bo)

        self.refused(cast.ana, lounge, his, Forbidden)
        can = call(cast.ana.api).get(f"/conversations/{direct.id}").body["can"]
        assert (can["move_own"], can["move_others"]) == (True, False)
        move(cast.ana, lounge, hers)

    def test_a_guest_who_is_in_one_channel_reaches_no_other(self, cast, in_acme, general, hello):
        assert self.refused(cast.eve, general, hello, NotFound) == "not_found"

    @pytest.mark.parametrize("ids", [[], "two places", "same place", "deleted", "line"])
    def test_only_messages_of_one_other_conversation(
        self, cast, in_acme, general, lounge, hello, ids
    ):
        there = make_message(lounge, cast.ana)
        gone = make_message(general, cast.ana)
        delete_message(cast.ana.actor, message_id=gone.id)
        pin_message(cast.ana.actor, message_id=hello.id)
        line = Message.objects.get(kind="system")
        chosen = {
            "two places": [hello.id, there.id],
            "same place": [there.id],
            "deleted": [gone.id],
            "line": [line.id],
        }.get(ids if isinstance(ids, str) else "", [])

        answer = call(cast.ana.api).post(
            f"/conversations/{lounge.id}/moved-messages",
            {"message_ids": [str(id_) for id_ in chosen]},
        )

        assert answer.status == (403 if ids == "line" else 422)
        assert Move.objects.count() == 0

    def test_very_long_threads_stay(self, cast, in_acme, general, lounge, hello, monkeypatch):
        monkeypatch.setattr(across, "MOST_MOVED", 2)
        for _ in range(2):
            make_message(general, cast.bo, thread=hello)

        assert self.refused(cast.ana, lounge, hello, Conflict) == "too_many"


class TestTakingBack:
    def test_everything_stands_where_it_stood(self, cast, in_acme, general, support, hello):
        reply = make_message(general, cast.bo, "reply", thread=hello, also_in_conversation=True)
        stray = make_message(general, cast.bo, f"<!channel> <@{cast.ana.id}>", thread=hello)
        mark_read(cast.ana.actor, conversation_id=general.id, seq=reply.seq)
        run_handlers(general)
        before = self.state(cast, general)

        for moved in ([hello], [stray], [stray, hello]):
            done = move(cast.ana, support, *moved)
            answer = call(cast.ana.api).post(f"/moves/{done.id}/undo")
            assert answer.status == 200
            assert answer.body["undone_at"] is not None
            assert self.state(cast, general) == before
        assert texts_in(cast.cy, support) == []
        assert lines_in(general) == lines_in(support) == []
        gone = [f for f in frames(support.id) if f["event"].split(".")[2] == "arrived"]
        assert [f["data"] for f in gone] == [None] * len(gone)

    def state(self, cast, place) -> tuple:
        path = f"/conversations/{place.id}/messages"
        api = call(cast.bo.api)
        roots = [row for row in api.get(path).items if row["kind"] == "text"]
        threads = [api.get(path, thread_id=row["id"]).items for row in roots]
        mentions = set(Mention.objects.values_list("message_id", "user_id", "seq"))
        return roots, threads, mentions, unread(cast.ana, place), unread(cast.bo, place)

    def test_who_was_asked_to_acknowledge_is_asked_again(self, cast, in_acme, general, support):
        message = post_message(
            cast.ana.actor,
            conversation_id=general.id,
            text="Read this",
            key=new_id(),
            brought={
                "priority": {
                    "level": "important",
                    "acknowledge": True,
                    "remind_after_minutes": 5,
                }
            },
        ).message
        done = move(cast.ana, support, message)
        assert Acknowledgement.objects.count() == 0

        undo_move(cast.ana.actor, move_id=done.id)

        row = Acknowledgement.objects.get()
        assert (row.user_id, row.conversation_id) == (cast.bo.id, general.id)

    def test_only_by_whoever_moved_and_not_for_ever(self, cast, in_acme, general, support, hello):
        done = move(cast.ana, support, hello)

        with pytest.raises(NotFound):
            undo_move(cast.cy.actor, move_id=done.id)
        Move.objects.update(created_at=timezone.now() - timedelta(minutes=11))
        with pytest.raises(Conflict) as refusal:
            undo_move(cast.ana.actor, move_id=done.id)
        assert refusal.value.code == "too_late"

    def test_not_over_what_happened_there_since(self, cast, in_acme, general, support, hello):
        done = move(cast.ana, support, hello)
        make_message(support, cast.cy, "answer", thread=hello)

        with pytest.raises(Conflict) as refusal:
            undo_move(cast.ana.actor, move_id=done.id)
        assert refusal.value.code == "replied"
        move(cast.ana, general, hello)
        with pytest.raises(Conflict) as refusal:
            undo_move(cast.ana.actor, move_id=done.id)
        assert refusal.value.code == "moved"

    def test_not_by_who_is_no_longer_in_both(self, cast, in_acme, general, support):
        add_members(cast.ana.actor, conversation_id=support.id, user_ids=[cast.bo.id])
        done = move(cast.bo, support, make_message(general, cast.bo))
        remove_member(cast.ana.actor, conversation_id=support.id, user_id=cast.bo.id)

        with pytest.raises(NotFound):
            undo_move(cast.bo.actor, move_id=done.id)

    def test_taken_back_twice_is_once(self, cast, in_acme, general, support, hello):
        done = move(cast.ana, support, hello)
        for _ in range(2):
            undo_move(cast.ana.actor, move_id=done.id)

        assert journal_types(general.id).count("message.arrived") == 1


def test_members_are_not_changed_by_it(cast, in_acme, general, support, hello):
    before = set(Membership.objects.values_list("conversation_id", "user_id"))

    move(cast.ana, support, hello)

    assert set(Membership.objects.values_list("conversation_id", "user_id")) == before
