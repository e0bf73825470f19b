"""Posting, editing and deleting messages."""

from uuid import uuid4

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from events.journal import heads
from events.models import Entry
from messaging.conversations.services import archive_conversation, leave_conversation
from messaging.messages import policy
from messaging.messages.models import Message, MessageKind, Revision
from messaging.messages.services import delete_message, edit_message, post_message
from tests.messaging.places import journal_types, make_channel, make_message

BORN = ["conversation.created", "membership.added", "membership.added"]


def post(person, place, text="Hello", **more):
    more.setdefault("key", uuid4())
    return post_message(person.actor, conversation_id=place.id, text=text, **more)


def test_a_message_takes_the_next_number_and_is_in_the_journal(cast, in_acme, general):
    first, second = post(cast.bo, general, "One"), post(cast.ana, general, "  Two\n")

    assert (first.message.seq, second.message.seq) == (4, 5)
    assert heads([general.id]) == {general.id: 5}
    assert Message.objects.get(seq=5).text == "  Two\n"
    assert journal_types(general.id) == [*BORN, "message.created", "message.created"]


def test_the_journal_holds_ids_and_never_what_people_wrote(cast, in_acme, general):
    message = post(cast.bo, general, "a secret").message
    edit_message(cast.bo.actor, message_id=message.id, text="another secret")
    delete_message(cast.bo.actor, message_id=message.id)

    assert "secret" not in str(list(Entry.objects.values_list("data", flat=True)))


def test_the_same_key_again_is_the_same_message(cast, in_acme, general):
    key = uuid4()
    first = post(cast.bo, general, key=key)
    again = post(cast.bo, general, key=key)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.message.id == first.message.id
    assert journal_types(general.id) == [*BORN, "message.created"]


def test_the_same_key_for_something_else_is_a_conflict(cast, in_acme, general):
    key = uuid4()
    root = post(cast.bo, general, key=key).message

    for text, thread_id in (("Other", None), ("Hello", root.id)):
        with pytest.raises(Conflict) as refusal:
            post(cast.bo, general, text, key=key, thread_id=thread_id)
        assert refusal.value.code == "key_reused"
        assert [error.field for error in refusal.value.errors] == ["key"]

    assert Message.objects.count() == 1


def test_a_message_that_was_edited_or_deleted_is_still_found_by_its_key(cast, in_acme, general):
    key = uuid4()
    message = post(cast.bo, general, key=key).message
    edit_message(cast.bo.actor, message_id=message.id, text="Edited")
    assert post(cast.bo, general, key=key).message.text == "Edited"

    delete_message(cast.bo.actor, message_id=message.id)
    assert post(cast.bo, general, key=key).message.deleted_at is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("x" * 40_001, "too_long"),
        ("a\x00b", "invalid"),
        ("a\ud800b", "invalid"),
    ],
)
def test_text_that_cannot_be_stored_is_refused(cast, in_acme, general, text, code):
    with pytest.raises(Invalid) as refusal:
        post(cast.bo, general, text)

    assert (refusal.value.about, refusal.value.code) == ("text", code)
    assert journal_types(general.id) == BORN


@pytest.mark.parametrize("text", ["x" * 40_000, "a\u202eb", "\U0001f600" * 40_000, "日本語"])
def test_text_is_kept_as_it_was_written(cast, in_acme, general, text):
    message = post(cast.bo, general, text).message

    assert Message.objects.get(id=message.id).text == text


def test_strangers_do_not_post(cast, in_acme, general, leadership):
    for person, place, refusal in (
        (cast.cy, general, Forbidden),
        (cast.cy, leadership, NotFound),
        (cast.eve, general, NotFound),
    ):
        with pytest.raises(refusal):
            post(person, place)

    assert Message.objects.count() == 0
    assert journal_types(general.id) == BORN


def test_who_left_does_not_post(cast, in_acme, general):
    leave_conversation(cast.bo.actor, conversation_id=general.id)

    with pytest.raises(Forbidden):
        post(cast.bo, general)


def test_a_rule_that_objects_stops_messages_and_edits(cast, in_acme, general, monkeypatch):
    def no_cards(actor, conversation_id, text):
        if "4111" in text:
            raise Invalid.field("text", "No card numbers here.", code="dlp")

    monkeypatch.setattr(policy, "_rules", [no_cards])
    message = post(cast.bo, general, "fine").message

    with pytest.raises(Invalid):
        post(cast.bo, general, "4111 1111")
    with pytest.raises(Invalid):
        edit_message(cast.bo.actor, message_id=message.id, text="4111 1111")

    assert journal_types(general.id) == [*BORN, "message.created"]
    assert Revision.objects.count() == 0


def test_a_reply_is_counted_on_its_root(cast, in_acme, general, hello):
    reply = make_message(general, cast.ana, "Hi", thread=hello)
    make_message(general, cast.bo, "Ho", thread=hello, also_in_conversation=True)

    hello.refresh_from_db(fields=["reply_count", "last_reply_at"])
    assert hello.reply_count == 2
    assert hello.last_reply_at > reply.created_at
    assert Message.objects.get(id=reply.id).also_in_conversation is False


def test_a_reply_needs_a_root_of_this_conversation(cast, in_acme, general, hello, leadership):
    reply = make_message(general, cast.ana, thread=hello)
    elsewhere = make_message(leadership, cast.bo)
    deleted = make_message(general, cast.bo)
    delete_message(cast.bo.actor, message_id=deleted.id)
    before = heads([general.id])

    for thread_id in (uuid4(), reply.id, elsewhere.id, deleted.id):
        with pytest.raises(Invalid) as refusal:
            post(cast.bo, general, thread_id=thread_id)
        assert (refusal.value.about, refusal.value.code) == ("thread_id", "no_thread")

    assert heads([general.id]) == before


def test_a_reply_sent_again_after_its_root_was_deleted_is_still_there(
    cast, in_acme, general, hello
):
    key = uuid4()
    reply = post(cast.ana, general, key=key, thread_id=hello.id).message
    delete_message(cast.bo.actor, message_id=hello.id)

    again = post(cast.ana, general, key=key, thread_id=hello.id)

    assert (again.is_new, again.message.id) == (False, reply.id)


def test_also_in_conversation_means_nothing_without_a_thread(cast, in_acme, general):
    assert post(cast.bo, general, also_in_conversation=True).message.also_in_conversation is False


def test_an_edit_keeps_the_version_before(cast, in_acme, general, hello):
    edit_message(cast.bo.actor, message_id=hello.id, text="Hullo")
    edit_message(cast.bo.actor, message_id=hello.id, text="Hallo")
    edit_message(cast.bo.actor, message_id=hello.id, text="Hallo")

    hello.refresh_from_db(fields=["text", "edited_at", "seq"])
    assert (hello.text, hello.seq) == ("Hallo", 4)
    assert hello.edited_at is not None
    kept = Revision.objects.order_by("number").values_list("number", "text", "edited_by_id")
    assert list(kept) == [(1, "Hello", cast.bo.id), (2, "Hullo", cast.bo.id)]
    assert journal_types(general.id)[3:] == ["message.created", "message.edited", "message.edited"]


def test_only_the_author_edits(cast, in_acme, general, hello):
    with pytest.raises(Forbidden):
        edit_message(cast.ana.actor, message_id=hello.id, text="Mine")
    with pytest.raises(Forbidden):
        edit_message(cast.cy.actor, message_id=hello.id, text="Mine")
    with pytest.raises(NotFound):
        edit_message(cast.eve.actor, message_id=hello.id, text="Mine")

    hello.refresh_from_db(fields=["text"])
    assert hello.text == "Hello"
    assert Revision.objects.count() == 0


def test_a_deleted_message_keeps_its_place_and_loses_its_text(cast, in_acme, general, hello):
    for _ in range(2):
        delete_message(cast.bo.actor, message_id=hello.id)

    hello.refresh_from_db(fields=["text", "deleted_at", "seq"])
    assert (hello.text, hello.seq) == (None, 4)
    assert hello.deleted_at is not None
    assert list(Revision.objects.values_list("text", flat=True)) == ["Hello"]
    assert journal_types(general.id)[3:] == ["message.created", "message.deleted"]


def test_a_deleted_message_is_not_edited(cast, in_acme, general, hello):
    delete_message(cast.bo.actor, message_id=hello.id)

    with pytest.raises(Conflict) as refusal:
        edit_message(cast.bo.actor, message_id=hello.id, text="Back")

    assert refusal.value.code == "deleted"
    assert Revision.objects.count() == 1


def test_authors_and_the_channels_owners_delete(cast, in_acme, general, hello):
    of_ana = make_message(general, cast.ana)

    with pytest.raises(Forbidden):
        delete_message(cast.bo.actor, message_id=of_ana.id)
    delete_message(cast.ana.actor, message_id=hello.id)

    assert list(Message.objects.filter(deleted_at=None)) == [of_ana]


def test_nobody_edits_in_an_archived_channel_and_its_owner_still_deletes(
    cast, in_acme, general, hello
):
    archive_conversation(cast.ana.actor, conversation_id=general.id)

    with pytest.raises(Forbidden):
        edit_message(cast.bo.actor, message_id=hello.id, text="Late")
    with pytest.raises(Forbidden):
        delete_message(cast.bo.actor, message_id=hello.id)
    delete_message(cast.ana.actor, message_id=hello.id)

    assert journal_types(general.id)[-1] == "message.deleted"


def test_a_deleted_reply_is_no_longer_counted(cast, in_acme, general, hello):
    reply = make_message(general, cast.ana, thread=hello)
    make_message(general, cast.ana, thread=hello)

    delete_message(cast.ana.actor, message_id=reply.id)

    hello.refresh_from_db(fields=["reply_count"])
    assert hello.reply_count == 1


def test_a_system_message_without_words_can_be_deleted(cast, in_acme):
    channel = make_channel(cast.ana, name="old")
    joined = make_message(channel, cast.ana)
    Message.objects.filter(id=joined.id).update(
        kind=MessageKind.SYSTEM, subtype="joined", text=None, author_id=None
    )

    delete_message(cast.ana.actor, message_id=joined.id)

    assert Message.objects.get(id=joined.id).deleted_at is not None
    assert Revision.objects.count() == 0
