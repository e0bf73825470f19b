"""Forwards: a quotation for all, the place it came from only for those who may go there."""

from uuid import uuid4

import pytest
from django.db import connection

from messaging.forwards.models import Forward
from messaging.messages.models import Message
from messaging.messages.services import delete_message, edit_message
from messaging.search.services import index_more
from tests.messaging.calls import call
from tests.messaging.places import make_message
from tests.messaging.test_frames import frames


def forward(person, source, to, text="Look at this", **more):
    body = {"text": text, "key": str(uuid4()), "forward_of": str(source.id), **more}
    return call(person.api).post(f"/conversations/{to.id}/messages", body)


def test_a_forward_quotes_the_words_and_names_their_author(cast, in_acme, general, leadership):
    source = make_message(leadership, cast.ana, "We move in May")

    answer = forward(cast.bo, source, general)

    assert answer.status == 201
    assert answer.body["text"] == "Look at this"
    assert answer.body["forward"] == {
        "source_id": str(source.id),
        "author_id": str(cast.ana.id),
        "text": "We move in May",
        "written_at": source.created_at.isoformat().replace("+00:00", "Z"),
    }
    (listed, *_others) = call(cast.cy.api).get(f"/conversations/{general.id}/messages").items
    assert listed["forward"] == answer.body["forward"]
    assert frames(general.id)[-1]["data"]["forward"] == answer.body["forward"]


def test_the_place_is_for_those_who_may_see_it(cast, in_acme, general, leadership):
    source = make_message(leadership, cast.ana, "We move in May")
    body = forward(cast.bo, source, general).body

    assert str(leadership.id) not in str(body)
    assert call(cast.bo.api).get(f"/messages/{source.id}").body["conversation_id"] == str(
        leadership.id
    )
    assert call(cast.cy.api).get(f"/messages/{source.id}").problem == (404, "not_found")


def test_the_words_are_those_of_then(cast, in_acme, general, hello):
    body = forward(cast.ana, hello, general).body
    edit_message(cast.bo.actor, message_id=hello.id, text="Something else")
    delete_message(cast.bo.actor, message_id=hello.id)

    assert call(cast.ana.api).get(f"/messages/{body['id']}").body["forward"]["text"] == "Hello"


def test_a_forward_needs_no_words_and_a_forward_of_it_passes_the_quotation_on(
    cast, in_acme, general, leadership, hello
):
    first = forward(cast.ana, hello, leadership, text="")
    second = forward(cast.ana, Message.objects.get(id=first.body["id"]), general, text="")

    assert (first.status, second.status) == (201, 201)
    assert second.body["forward"] == first.body["forward"]
    assert second.body["forward"]["source_id"] == str(hello.id)


def test_what_one_may_not_read_is_refused_like_what_is_not_there(cast, in_acme, general):
    from messaging.conversations.services import join_conversation
    from tests.messaging.places import make_channel

    secret = make_message(make_channel(cast.ana, name="x", kind="private"), cast.ana, "secret")
    join_conversation(cast.cy.actor, conversation_id=general.id)
    nothing = Message(id=uuid4())

    answers = [forward(cast.cy, source, general) for source in (secret, nothing)]

    assert [(one.status, one.fields) for one in answers] == [(422, ["forward_of"])] * 2
    assert answers[0].raw == answers[1].raw
    assert Forward.objects.count() == 0
    assert Message.objects.filter(conversation_id=general.id, kind="text").count() == 0


@pytest.mark.parametrize("value", ["x", 1, [], "\x00"])
def test_an_id_that_is_none_is_refused_by_name(cast, in_acme, general, value):
    body = {"text": "x", "forward_of": value}
    answer = call(cast.ana.api).post(f"/conversations/{general.id}/messages", body)

    assert (answer.status, answer.fields) == (422, ["forward_of"])


def test_what_is_deleted_or_said_by_the_system_is_not_forwarded(cast, in_acme, general, hello):
    delete_message(cast.bo.actor, message_id=hello.id)

    assert forward(cast.ana, hello, general).status == 422


def test_forwarding_again_with_the_same_key_is_one_message(cast, in_acme, general, hello):
    key = str(uuid4())
    answers = [forward(cast.ana, hello, general, key=key) for _ in range(2)]

    assert [one.status for one in answers] == [201, 200]
    assert answers[0].body == answers[1].body
    assert Forward.objects.count() == 1


class TestFinding:
    def hits(self, person, query) -> list[tuple[str, str]]:
        """Who is shown what of which message."""
        items = call(person.api).get("/search", q=query).items
        return [
            (one["message"]["id"], "".join(piece["text"] for piece in one["highlights"]))
            for one in items
        ]

    def test_what_it_passes_on_is_found_by_those_who_see_it(
        self, cast, in_acme, general, leadership
    ):
        source = make_message(leadership, cast.ana, "The **lighthouses** of Kerry, see ABC-123")
        body = forward(cast.bo, source, general).body
        shown = (body["id"], "Look at this · The lighthouses of Kerry, see ABC-123")

        for query in ("lighthouse", "ABC-12", '"of Kerry"', "look lighthouses"):
            assert self.hits(cast.cy, query) == [shown], query
            assert self.hits(cast.eve, query) == []
        (hit,) = call(cast.cy.api).get("/search", q="lighthouse").items
        assert [p["text"] for p in hit["highlights"] if p["hit"]] == ["lighthouses"]

    def test_an_edit_of_its_own_words_leaves_it_and_a_deletion_does_not(
        self, cast, in_acme, general, leadership
    ):
        source = make_message(leadership, cast.ana, "Lighthouses")
        body = forward(cast.bo, source, general).body
        edit_message(cast.bo.actor, message_id=body["id"], text="Have a look")

        assert self.hits(cast.cy, "lighthouse") == [(body["id"], "Have a look · Lighthouses")]
        delete_message(cast.bo.actor, message_id=body["id"])
        assert self.hits(cast.cy, "lighthouse") == []

    def test_one_without_words_of_its_own_is_found_by_those_it_passes_on(
        self, cast, in_acme, general, leadership
    ):
        source = make_message(leadership, cast.ana, "Lighthouses")
        body = forward(cast.bo, source, general, text="").body

        assert self.hits(cast.cy, "lighthouse") == [(body["id"], "Lighthouses")]

    def test_those_that_were_there_before_are_indexed_anew(
        self, cast, in_acme, general, leadership
    ):
        source = make_message(leadership, cast.ana, "Lighthouses")
        body = forward(cast.bo, source, general).body
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_message SET words = messaging_words(text, '{english}')"
                " WHERE id = %s",
                [body["id"]],
            )
        assert self.hits(cast.cy, "lighthouse") == []

        while index_more():
            pass

        assert self.hits(cast.cy, "lighthouse") == [(body["id"], "Look at this · Lighthouses")]

    def test_the_longest_words_of_both_can_be_stored(self, cast, in_acme, general, leadership):
        longest = " ".join(f"a{n}.b{n}" for n in range(4_000))[:39_990]
        source = make_message(leadership, cast.ana, longest)

        assert forward(cast.bo, source, general, text=longest).status == 201
