"""What a message carries is read only where the message says that it carries it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid
from core.ids import new_id
from messaging.files.models import File
from messaging.messages import parts
from messaging.messages.models import Message
from messaging.messages.parts import Part, forget_part, note_part
from messaging.messages.selectors import history
from messaging.messages.services import delete_message, post_message
from messaging.messages.view import view_of_new


@pytest.fixture
def registry(monkeypatch):
    """A kind of part of the test's own; what it stores it keeps here."""
    monkeypatch.setattr(parts, "_read", dict(parts._read))
    monkeypatch.setattr(parts, "_brought", dict(parts._brought))
    kept: dict = {}
    asked: list = []

    @parts.part(Part.FORWARD, "forward")
    def load(ids):
        asked.append(list(ids))
        return {id_: kept[id_] for id_ in ids if id_ in kept}

    @parts.brings(Part.FORWARD, "forward_of", speaks=True)
    def bring(actor, message, value):
        if value == "bad":
            raise Invalid.field("forward_of", "No.")
        kept[message.id] = {"of": value}

    load.asked = asked
    return load


def queries_of(read) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        read()
    return [one["sql"] for one in captured]


def test_a_page_of_plain_messages_asks_for_no_part(cast, in_acme, general, hello):
    asked = queries_of(lambda: history(cast.ana.actor, conversation_id=general.id))

    assert not any("messaging_file" in sql for sql in asked)
    assert len(asked) == 3  # access, the page, reactions


def test_a_part_is_read_once_for_the_messages_that_have_it(cast, in_acme, general, hello, registry):
    ids = [
        post_message(
            cast.bo.actor,
            conversation_id=general.id,
            text=f"look {n}",
            key=new_id(),
            brought={"forward_of": n},
        ).message.id
        for n in (1, 2)
    ]
    registry.asked.clear()

    items = history(cast.ana.actor, conversation_id=general.id).items

    assert [item.get("forward") for item in items] == [{"of": 2}, {"of": 1}, None]
    assert "forward" not in items[2]
    assert "parts" not in items[0]
    assert [sorted(map(str, one)) for one in registry.asked] == [sorted(map(str, ids))]


def test_a_new_message_shows_what_it_came_with(cast, in_acme, general, registry):
    posted = post_message(
        cast.bo.actor,
        conversation_id=general.id,
        text="",
        key=new_id(),
        brought={"forward_of": "x"},
    )

    assert view_of_new(posted.message)["forward"] == {"of": "x"}
    assert Message.objects.get(id=posted.message.id).parts == Part.FORWARD


def test_a_part_that_is_refused_leaves_no_message(cast, in_acme, general, registry):
    with pytest.raises(Invalid):
        post_message(
            cast.bo.actor,
            conversation_id=general.id,
            text="look",
            key=new_id(),
            brought={"forward_of": "bad"},
        )

    assert Message.objects.count() == 0


def test_without_a_part_that_speaks_a_message_needs_text(cast, in_acme, general, registry):
    with pytest.raises(Invalid):
        post_message(cast.bo.actor, conversation_id=general.id, text="", key=new_id())


def test_a_deleted_message_shows_nothing_of_what_it_carried(cast, in_acme, general, hello):
    File.objects.create(
        conversation_id=general.id,
        message_id=hello.id,
        name="plan.txt",
        content_type="text/plain",
        size_bytes=3,
        sha256=bytes(32),
        storage_name="none",
    )
    note_part([hello.id], Part.FILES)
    (before,) = history(cast.ana.actor, conversation_id=general.id).items

    delete_message(cast.bo.actor, message_id=hello.id)

    (after,) = history(cast.ana.actor, conversation_id=general.id).items
    assert [file["name"] for file in before["files"]] == ["plan.txt"]
    assert after["files"] == []


def test_bits_are_given_and_taken_one_by_one(cast, in_acme, hello):
    note_part([hello.id], Part.FILES)
    note_part([hello.id], Part.POLL)
    forget_part([hello.id], Part.FILES)

    assert Message.objects.get(id=hello.id).parts == Part.POLL
