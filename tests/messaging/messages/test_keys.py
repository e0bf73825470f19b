"""A message's key, by which one that is sent again is found: also where it was moved meanwhile."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict, Invalid
from core.ids import new_id
from messaging.conversations.services import add_members, update_conversation
from messaging.forwards.models import Forward
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message, post_message
from messaging.moving.across import move_to_conversation, undo_move
from messaging.moving.services import move_message
from tenants.context import in_tenant
from tenants.schemas import migrate_tenant
from tests.files.test_uploads import attached
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message

BEFORE, AFTER = "0030_pieces_in_a_loop", "0031_keys_of_authors"


class Sent:
    """A message that can be sent again as often as one likes, word for word."""

    def __init__(self, person, place, text="Hello", **body) -> None:
        self.person, self.body = person, {"text": text, "key": str(uuid4()), **body}
        self.path = f"/conversations/{place.id}/messages"
        self.first = self.again()
        assert self.first.status == 201
        self.id = self.first.body["id"]

    def again(self):
        return call(self.person.api).post(self.path, self.body)


@pytest.fixture
def support(cast, in_acme):
    """A private channel of Ana and Cy; Bo is not in it."""
    return make_channel(cast.ana, cast.cy, name="support", kind="private")


def move(person, to, *ids):
    return move_to_conversation(person.actor, message_ids=list(ids), conversation_id=to.id)


def texts() -> list[str | None]:
    return list(Message.objects.filter(kind="text").order_by("id").values_list("text", flat=True))


def test_what_was_moved_before_it_is_sent_again_is_answered_from_where_it_stands(
    cast, in_acme, general, leadership
):
    sent = Sent(cast.bo, general)
    move(cast.ana, leadership, sent.id)

    again = sent.again()

    assert (again.status, again.body["id"]) == (200, sent.id)
    assert again.body["conversation_id"] == str(leadership.id)
    assert texts() == ["Hello"]


def test_what_was_moved_to_where_its_author_may_not_read_is_said_to_be_moved(
    cast, in_acme, general, support
):
    sent = Sent(cast.bo, general, "My salary")
    move(cast.ana, support, sent.id)

    again = sent.again()

    assert again.problem == (409, "moved")
    assert str(support.id).encode() not in again.raw
    assert texts() == ["My salary"]


def test_what_was_moved_to_before_its_author_came_is_said_to_be_moved(
    cast, in_acme, general, support
):
    update_conversation(cast.ana.actor, conversation_id=support.id, rules={"history": "joined"})
    sent = Sent(cast.bo, general)
    move(cast.ana, support, sent.id)
    add_members(cast.ana.actor, conversation_id=support.id, user_ids=[cast.bo.id])

    assert sent.again().problem == (409, "moved")


def test_it_is_found_after_several_moves_and_after_they_are_taken_back(
    cast, in_acme, general, leadership
):
    third = make_channel(cast.ana, cast.bo, name="third")
    sent = Sent(cast.bo, general)
    undo_move(cast.ana.actor, move_id=move(cast.ana, third, sent.id).id)
    assert sent.again().body["conversation_id"] == str(general.id)

    move(cast.ana, third, sent.id)
    last = move(cast.ana, leadership, sent.id)
    assert sent.again().body["conversation_id"] == str(leadership.id)

    undo_move(cast.ana.actor, move_id=last.id)
    assert sent.again().body["conversation_id"] == str(third.id)
    assert texts() == ["Hello"]


def test_it_is_found_edited_and_deleted_where_it_stands(cast, in_acme, general, leadership):
    sent = Sent(cast.bo, general)
    move(cast.ana, leadership, sent.id)

    edit_message(cast.bo.actor, message_id=sent.id, text="Edited")
    assert sent.again().body["text"] == "Edited"

    delete_message(cast.bo.actor, message_id=sent.id)
    assert sent.again().body["deleted_at"] is not None


def test_what_was_put_into_a_thread_or_taken_out_of_one_is_found(cast, in_acme, general, hello):
    sent = Sent(cast.bo, general)
    reply = Sent(cast.bo, general, "A reply", thread_id=str(hello.id))

    move_message(cast.ana.actor, message_id=sent.id, thread_id=hello.id)
    move_message(cast.ana.actor, message_id=reply.id, thread_id=None)

    for one, thread_id in ((sent, str(hello.id)), (reply, None)):
        again = one.again()
        assert (again.status, again.body["id"]) == (200, one.id)
        assert again.body["thread_id"] == thread_id


def test_a_reply_is_found_that_went_with_its_thread_or_without_it(
    cast, in_acme, general, leadership, hello
):
    with_it = Sent(cast.bo, general, "with it", thread_id=str(hello.id))
    alone = Sent(cast.bo, general, "alone", thread_id=str(hello.id))

    move(cast.ana, leadership, alone.id)
    move(cast.ana, leadership, hello.id)

    for one, thread_id in ((with_it, str(hello.id)), (alone, None)):
        again = one.again()
        assert (again.status, again.body["id"]) == (200, one.id)
        assert again.body["thread_id"] == thread_id
    assert sorted(texts()) == ["Hello", "alone", "with it"]


def test_a_forward_is_found_after_it_was_moved_and_what_it_quotes_is_gone(
    cast, in_acme, general, leadership, hello
):
    sent = Sent(cast.ana, general, "", forward_of=str(hello.id))
    move(cast.ana, leadership, sent.id)
    delete_message(cast.bo.actor, message_id=hello.id)

    again = sent.again()

    assert (again.status, again.body["id"]) == (200, sent.id)
    assert Forward.objects.count() == 1


def test_a_message_with_files_is_found_after_it_was_moved(cast, in_acme, general, leadership):
    one, two = attached(cast.bo, "one.txt", "two.txt")
    sent = Sent(cast.bo, general, "", file_ids=[one["id"]])
    move(cast.ana, leadership, sent.id)

    again = sent.again()
    assert (again.status, again.body["id"]) == (200, sent.id)
    assert [file["id"] for file in again.body["files"]] == [one["id"]]

    sent.body["file_ids"] = [two["id"]]
    assert sent.again().problem == (409, "key_reused")


def test_what_comes_with_a_new_message_is_refused_as_before(cast, in_acme, general, hello):
    delete_message(cast.bo.actor, message_id=hello.id)

    with pytest.raises(Invalid) as refusal:
        post_message(
            cast.bo.actor,
            conversation_id=general.id,
            text="x",
            key=new_id(),
            brought={"forward_of": hello.id},
        )

    assert [error.field for error in refusal.value.errors] == ["forward_of"]


def test_a_key_is_its_authors_in_all_conversations(cast, in_acme, general, leadership, hello):
    sent = Sent(cast.bo, general)
    key = sent.body["key"]
    elsewhere = f"/conversations/{leadership.id}/messages"

    answer = call(cast.bo.api).post(elsewhere, sent.body)

    assert answer.problem == (409, "key_reused")
    assert answer.fields == ["key"]
    assert call(cast.ana.api).post(elsewhere, {"text": "mine", "key": key}).status == 201


@pytest.mark.parametrize("change_", [{"text": "Other"}, {"thread": True}])
def test_a_key_of_a_moved_message_is_not_free_for_another_one(
    cast, in_acme, general, leadership, hello, change_
):
    sent = Sent(cast.bo, general)
    move(cast.ana, leadership, sent.id)
    sent.body |= {"thread_id": str(hello.id)} if "thread" in change_ else change_

    assert sent.again().problem == (409, "key_reused")


def test_a_moved_message_is_not_taken_for_one_of_a_third_conversation(
    cast, in_acme, general, leadership
):
    third = make_channel(cast.ana, cast.bo, name="third")
    sent = Sent(cast.bo, general)
    move(cast.ana, leadership, sent.id)
    sent.path = f"/conversations/{third.id}/messages"

    with pytest.raises(Conflict) as refusal:
        post_message(
            cast.bo.actor, conversation_id=third.id, text="Hello", key=sent.first.body["key"]
        )

    assert refusal.value.code == "key_reused"


def test_messages_of_one_key_from_before_each_get_their_own(cast, real_commits):
    with in_tenant("acme"):
        here = make_channel(cast.ana, cast.bo)
        there = make_channel(cast.ana, cast.bo, name="there")
    migrate_tenant("acme", "messaging", BEFORE)
    with in_tenant("acme"):
        rows = [make_message(place, cast.bo) for place in (here, there, here)]
        other = make_message(there, cast.ana)
        keys = [row.key for row in rows]
        Message.objects.filter(id__in=[rows[1].id, other.id]).update(key=keys[0])

    migrate_tenant("acme", "messaging", AFTER)

    with in_tenant("acme"):
        now = dict(Message.objects.values_list("id", "key"))
        assert [now[row.id] == key for row, key in zip(rows, keys, strict=True)] == [
            True,
            False,
            True,
        ]
        assert now[other.id] == keys[0]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, indisvalid FROM pg_constraint JOIN pg_index"
                " ON indexrelid = conindid WHERE conrelid = 'messaging_message'::regclass"
                " AND conname LIKE '%%key_unique%%'"
            )
            assert cursor.fetchall() == [("messaging_message_key_unique_of_author", True)]
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(id=rows[1].id).update(key=keys[0])
