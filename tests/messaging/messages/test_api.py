"""REST: messages."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.messages.models import Message
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message, make_messages

VIEW = {
    "id",
    "conversation_id",
    "seq",
    "thread_id",
    "author_id",
    "kind",
    "subtype",
    "text",
    "key",
    "created_at",
    "edited_at",
    "deleted_at",
    "reactions",
    "reply_count",
    "last_reply_at",
    "reply_user_ids",
    "also_in_conversation",
    "files",
}
THUMB = "\U0001f44d"


def texts(answer) -> list[str | None]:
    return [item["text"] for item in answer.items]


def count() -> int:
    with in_tenant("acme"):
        return Message.objects.count()


@pytest.fixture
def path(general) -> str:
    return f"/conversations/{general.id}/messages"


def test_a_message_is_answered_as_it_is_listed_and_fetched(cast, general, path):
    bo, key = call(cast.bo.api), str(uuid4())

    posted = bo.post(path, {"text": "Hello", "key": key})

    assert posted.status == 201
    assert set(posted.body) == VIEW
    assert posted.body["seq"] == 4
    assert posted.body["key"] == key
    assert posted.body["author_id"] == str(cast.bo.id)
    assert posted.body["kind"] == "text"
    assert posted.body["created_at"].endswith("Z")
    for name in ("thread_id", "subtype", "edited_at", "deleted_at", "last_reply_at"):
        assert posted.body[name] is None
    for name in ("reactions", "reply_user_ids", "files"):
        assert posted.body[name] == []
    assert posted.body["reply_count"] == 0
    assert posted.body["also_in_conversation"] is False
    assert call(cast.ana.api).get(path).items == [posted.body]
    assert call(cast.ana.api).get(f"/messages/{posted.body['id']}").body == posted.body


def test_the_same_key_again_is_answered_with_200_and_the_same_body(cast, path):
    bo, body = call(cast.bo.api), {"text": "Hello", "key": str(uuid4())}

    first, again = bo.post(path, body), bo.post(path, body)
    by_header = bo.post(path, {"text": "Hello"}, Idempotency_Key=body["key"])
    by_both = bo.post(path, body, Idempotency_Key=body["key"].upper())

    assert [a.status for a in (first, again, by_header, by_both)] == [201, 200, 200, 200]
    assert first.raw == again.raw == by_header.raw == by_both.raw
    assert count() == 1


def test_the_same_key_with_another_body_is_a_conflict(cast, path):
    bo, key = call(cast.bo.api), str(uuid4())
    bo.post(path, {"text": "Hello", "key": key})

    answer = bo.post(path, {"text": "Other", "key": key})

    assert answer.problem == (409, "key_reused")
    assert answer.fields == ["key"]
    assert count() == 1


@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        ({"text": "x", "key": str(uuid4())}, {"Idempotency_Key": str(uuid4())}, "key"),
        ({"text": "x"}, {"Idempotency_Key": "mine"}, "Idempotency-Key"),
        ({"text": "x", "key": "mine"}, {}, "key"),
        ({}, {}, "text"),
        ({"text": None}, {}, "text"),
        ({"text": 5}, {}, "text"),
        ({"text": ["x"]}, {}, "text"),
        ({"text": "  "}, {}, "text"),
        ({"text": "a\x00b"}, {}, "text"),
        ({"text": "x" * 40_001}, {}, "text"),
        ({"text": "x", "thread_id": str(uuid4())}, {}, "thread_id"),
        ({"text": "x", "thread_id": "first"}, {}, "thread_id"),
        ({"text": "x", "also_in_conversation": "perhaps"}, {}, "also_in_conversation"),
        ({"text": "x", "also_in_conversation": 1}, {}, "also_in_conversation"),
        ({"text": "x", "author_id": str(uuid4())}, {}, "author_id"),
        ([], {}, "body"),
    ],
)
def test_what_cannot_be_a_message_is_refused_by_name(cast, path, body, headers, field):
    answer = call(cast.bo.api).post(path, body, **headers)

    assert answer.problem[0] == 422
    assert answer.fields == [field]
    assert count() == 0


def test_strangers_and_guests_do_not_post(cast, path):
    assert call(cast.cy.api).post(path, {"text": "x"}).problem == (403, "forbidden")
    assert call(cast.eve.api).post(path, {"text": "x"}).problem == (404, "not_found")
    assert count() == 0


def test_a_public_channel_is_read_by_who_is_not_in_it(cast, hello, path):
    assert texts(call(cast.cy.api).get(path)) == ["Hello"]


def test_history_holds_roots_and_replies_sent_to_the_channel_too(cast, general, hello, path):
    make_message(general, cast.ana, "in the thread", thread=hello)
    make_message(general, cast.ana, "in both", thread=hello, also_in_conversation=True)
    ana = call(cast.ana.api)

    history, thread = ana.get(path), ana.get(path, thread_id=hello.id)

    assert texts(history) == ["in both", "Hello"]
    assert texts(thread) == ["in both", "in the thread"]
    root = history.items[1]
    assert (root["reply_count"], root["reply_user_ids"]) == (2, [str(cast.ana.id)])
    assert root["last_reply_at"] == history.items[0]["created_at"]


def test_positions_in_history(cast, general, path):
    made = make_messages(general, cast.bo, "abcdefg")  # 4 to 10
    ana = call(cast.ana.api)

    assert texts(ana.get(path, limit=3)) == ["g", "f", "e"]
    assert texts(ana.get(path, before_seq=6)) == ["b", "a"]
    assert texts(ana.get(path, after_seq=8)) == ["f", "g"]
    assert texts(ana.get(path, after_seq=4, limit=2)) == ["b", "c"]
    assert texts(ana.get(path, around_seq=made[3].seq, limit=3)) == ["e", "d", "c"]
    assert texts(ana.get(path, around_seq=made[3].seq, limit=1)) == ["d"]
    assert texts(ana.get(path, before_seq=0)) == []
    assert texts(ana.get(path, after_seq=2**63 - 1)) == []
    assert texts(ana.get(path, before_seq=2**63 - 1, limit=1)) == ["g"]


def walk(caller, path, **query) -> list[str | None]:
    seen, cursor = [], {}
    while True:
        page = caller.get(path, **query, **cursor)
        assert page.status == 200
        seen += texts(page)
        if page.body["next"] is None:
            return seen
        cursor = {"cursor": page.body["next"]}
        assert len(seen) < 100


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_walk_every_message_once_in_both_directions(cast, general, path, limit):
    make_messages(general, cast.bo, "abcdefg")
    ana = call(cast.ana.api)

    assert walk(ana, path, limit=limit) == list("gfedcba")
    assert walk(ana, path, limit=limit, after_seq=0) == list("abcdefg")
    assert walk(ana, path, limit=limit, before_seq=8) == list("dcba")


def test_pages_go_on_from_a_place_in_the_middle(cast, general, path):
    made = make_messages(general, cast.bo, "abcdefg")

    assert walk(call(cast.ana.api), path, around_seq=made[4].seq, limit=3) == list("fedcba")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"before_seq": 1, "after_seq": 1}, "before_seq"),
        ({"before_seq": "x"}, "before_seq"),
        ({"before_seq": "1.5"}, "before_seq"),
        ({"before_seq": -1}, "before_seq"),
        ({"after_seq": 2**63}, "after_seq"),
        ({"around_seq": -(10**30)}, "around_seq"),
        ({"thread_id": "x"}, "thread_id"),
        ({"limit": 201}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyI8PiIsMV0"}, "cursor"),
    ],
)
def test_a_position_that_cannot_be_one_is_refused_by_name(cast, path, query, field):
    answer = call(cast.ana.api).get(path, **query)

    assert answer.problem[0] == 422
    assert answer.fields == [field]


def test_a_page_takes_the_same_queries_whatever_its_length(cast, general, path):
    for root in make_messages(general, cast.bo, "abcdef"):
        make_message(general, cast.ana, thread=root)
    ana = call(cast.ana.api)
    ana.get(path)

    def queries(**query: object) -> int:
        with CaptureQueriesContext(connection) as context:
            assert ana.get(path, **query).status == 200
        return len(context)

    # The token, the place, the page, reactions, faces.
    assert queries(limit=1) == queries(limit=50) == 5


def test_posting_takes_two_queries(cast, path):
    bo = call(cast.bo.api)
    bo.post(path, {"text": "first"})

    with CaptureQueriesContext(connection) as context:
        assert bo.post(path, {"text": "second"}).status == 201

    # The token, and one statement that looks the right up, counts and stores; the test's own
    # transaction adds a savepoint around it.
    statements = [query["sql"] for query in context if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 2


def test_an_edit_is_answered_with_the_message_and_its_versions_are_kept(cast, hello):
    bo = call(cast.bo.api)

    edited = bo.patch(f"/messages/{hello.id}", {"text": "Hullo"})

    assert (edited.status, edited.body["text"], edited.body["seq"]) == (200, "Hullo", hello.seq)
    assert edited.body["edited_at"] is not None
    kept = call(cast.ana.api).get(f"/messages/{hello.id}/revisions")
    assert [(item["number"], item["text"]) for item in kept.items] == [(1, "Hello")]
    assert kept.items[0]["edited_by_id"] == str(cast.bo.id)


def test_a_deleted_message_is_listed_without_text_and_shows_no_versions(cast, hello, path):
    bo = call(cast.bo.api)
    bo.patch(f"/messages/{hello.id}", {"text": "Hullo"})
    bo.put(f"/messages/{hello.id}/reactions/{quote(THUMB)}")

    assert [bo.delete(f"/messages/{hello.id}").status for _ in range(2)] == [204, 204]

    (item,) = bo.get(path).items
    assert item["text"] is None
    assert item["deleted_at"] is not None
    assert bo.get(f"/messages/{hello.id}/revisions").items == []
    assert bo.patch(f"/messages/{hello.id}", {"text": "Back"}).problem == (409, "deleted")


def test_strangers_change_nothing(cast, hello, leadership):
    hidden = make_message(leadership, cast.bo, "hidden")
    for person, message, status in (
        (cast.cy, hello, 403),
        (cast.ana, hello, 403),
        (cast.eve, hello, 404),
        (cast.cy, hidden, 404),
        (cast.dee, hello, 404),
    ):
        caller = call(person.api)
        assert caller.patch(f"/messages/{message.id}", {"text": "Mine"}).problem[0] == status
    for message in (hello, hidden):
        assert call(cast.eve.api).delete(f"/messages/{message.id}").problem[0] == 404
        assert call(cast.eve.api).get(f"/messages/{message.id}").problem[0] == 404
        assert call(cast.eve.api).get(f"/messages/{message.id}/revisions").problem[0] == 404

    assert call(cast.bo.api).get(f"/messages/{hello.id}").body["text"] == "Hello"


def test_reactions_over_rest(cast, hello):
    ana, path = call(cast.ana.api), f"/messages/{hello.id}/reactions/{quote(THUMB)}"
    shown = [{"emoji": THUMB, "user_ids": [str(cast.ana.id)], "count": 1}]

    assert [ana.put(path).body["reactions"] for _ in range(2)] == [shown, shown]
    assert ana.get(f"/messages/{hello.id}").body["reactions"] == shown
    assert [ana.delete(path).status for _ in range(2)] == [204, 204]
    assert ana.get(f"/messages/{hello.id}").body["reactions"] == []


@pytest.mark.parametrize("emoji", ["a", "%2B", "%00", ":+1:", "%FF", quote(THUMB * 2), "x" * 300])
def test_a_reaction_is_one_emoji(cast, hello, emoji):
    answer = call(cast.ana.api).put(f"/messages/{hello.id}/reactions/{emoji}")

    assert answer.problem[0] == 422
    assert answer.fields == ["emoji"]


def test_strangers_do_not_react(cast, hello):
    path = f"/messages/{hello.id}/reactions/{quote(THUMB)}"

    assert call(cast.cy.api).put(path).problem == (403, "forbidden")
    assert call(cast.eve.api).delete(path).problem == (404, "not_found")


def test_the_cursor_over_rest(cast, general, hello):
    ana, path = call(cast.ana.api), f"/conversations/{general.id}/read"

    read = ana.post(path, {"seq": 2**53})
    assert read.body == {"read_seq": 4, "unread": {"messages": 0, "mentions": 0}}
    assert ana.post(path, {"seq": 1}).body["read_seq"] == 4
    back = ana.post(path, {"seq": 3, "backwards": True})
    assert back.body == {"read_seq": 3, "unread": {"messages": 1, "mentions": 0}}
    assert call(cast.cy.api).post(path, {"seq": 4}).problem == (403, "forbidden")


@pytest.mark.parametrize("seq", [-1, "x", 1.5, 10**30, None, [], {}])
def test_a_cursor_that_cannot_be_one_is_refused_by_name(cast, general, seq):
    answer = call(cast.ana.api).post(f"/conversations/{general.id}/read", {"seq": seq})

    assert answer.problem[0] == 422
    assert answer.fields == ["seq"]


def test_search_over_rest(cast, general, leadership, hello):
    make_message(leadership, cast.bo, "Hello leaders")
    ana = call(cast.ana.api)

    hits = ana.get("/search", q="hello")

    assert [item["message"]["text"] for item in hits.items] == ["Hello leaders", "Hello"]
    assert hits.items[1]["highlights"] == [{"text": "Hello", "hit": True}]
    assert set(hits.items[0]["message"]) == VIEW
    assert len(call(cast.cy.api).get("/search", q="hello").items) == 1
    assert call(cast.dee.api).get("/search", q="hello").items == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "\x00"}, "q"),
        ({"q": "x" * 501}, "q"),
        ({"q": "x", "author_id": "bo"}, "author_id"),
        ({"q": "x", "cursor": "WzFd"}, "cursor"),
    ],
)
def test_a_search_names_what_it_cannot_read(cast, query, field):
    answer = call(cast.ana.api).get("/search", **query)

    assert answer.problem[0] == 422
    assert answer.fields == [field]


def test_events_over_rest_tell_what_happened_as_it_is_now(cast, general, hello, path):
    bo = call(cast.bo.api)
    bo.patch(f"/messages/{hello.id}", {"text": "Hullo"})
    bo.delete(f"/messages/{hello.id}")

    events = bo.get(f"/conversations/{general.id}/events", after_seq=3).items

    assert [(event["seq"], event["event"].split(".")[2]) for event in events] == [
        (4, "created"),
        (5, "edited"),
        (6, "deleted"),
    ]
    assert all(event["data"]["text"] is None for event in events)
    assert events[0]["data"] == bo.get(path).items[0]


def test_a_channel_of_another_organisation_is_not_here(cast):
    foreign = make_channel(cast.dee, cast.ed, name="foreign")
    secret = make_message(foreign, cast.dee)

    ana = call(cast.ana.api)
    assert ana.get(f"/conversations/{foreign.id}/messages").problem[0] == 404
    assert ana.get(f"/messages/{secret.id}").problem[0] == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "At most 20 entries are taken at once; leave the others out, or send them in another"
            " request.",
        ),
        (
            "de",
            "Höchstens 20 Einträge gehen auf einmal; lass die übrigen weg oder schicke sie in"
            " einer weiteren Anfrage.",
        ),
    ],
)
def test_more_files_than_a_message_holds_are_refused_in_the_caller_s_language(
    cast, path, language, words
):
    body = {"text": "Look", "key": str(uuid4()), "file_ids": [str(uuid4()) for _ in range(21)]}

    answer = call(cast.bo.api).post(path, body, Accept_Language=language)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [{"field": "file_ids", "message": words}]
    assert count() == 0
