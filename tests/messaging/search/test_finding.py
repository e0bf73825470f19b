"""What is found by which search, in which order, and by which index."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.policies.services import change
from core.errors import Invalid
from core.ids import id_at, new_id
from messaging.attention.handlers import record_mentions
from messaging.conversations.services import leave_conversation
from messaging.messages.events import MessageCreated
from messaging.messages.models import Message
from messaging.search import services
from messaging.search.models import SearchPolicy
from messaging.search.query import parse
from messaging.search.selectors import search, search_files
from messaging.search.tasks import reindex
from messaging.search.words import Composer
from tests.files.pieces import uploaded
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message, make_messages


def found(person, query, **more) -> list[str]:
    return [hit["message"]["text"] for hit in search(person.actor, query=query, **more).items]


def marked(person, query) -> list[str]:
    (hit,) = search(person.actor, query=query).items
    return [piece["text"] for piece in hit["highlights"] if piece["hit"]]


IDENTIFIERS = "Fix ABC-123 in snake_case_name, write ana@acme.example, see report_v2.final.pdf"


@pytest.mark.parametrize(
    "query",
    [
        *("ABC-123", "abc-12", "abc_123", "snake_case_name", "case_name", "snake_case"),
        *("ana@acme.example", "acme.example", "acme"),
        *("report_v2.final.pdf", "final.pdf", "report_v2"),
    ],
)
def test_identifiers_are_found_whole_by_their_beginning_and_by_their_parts(
    cast, in_acme, general, query
):
    make_message(general, cast.bo, IDENTIFIERS)
    make_message(general, cast.bo, "Fix XABC-999 in snakes of case and report final")

    assert found(cast.ana, query) == [IDENTIFIERS]
    assert marked(cast.ana, query)


@pytest.mark.parametrize("query", ["abc-124", "name_snake", "bc-123", "v2.pdf"])
def test_other_identifiers_are_not_found(cast, in_acme, general, query):
    make_message(general, cast.bo, IDENTIFIERS)

    assert found(cast.ana, query) == []


@pytest.mark.parametrize(
    ("text", "hits", "misses"),
    [
        (
            "日本語のテストを書く",
            ["日本", "日本語", "テスト", "語の", "書", "く", "本"],
            ["日語", "語日本"],
        ),
        ("한국어 검색을 시험합니다", ["검색", "한국어", "시험"], ["검험"]),
        ("我们明天开会讨论预算", ["明天", "预算", "开会讨论", "我"], ["明会"]),
        ("การค้นหาข้อความ", ["ค้นหา", "ข้อความ"], ["หาค้น"]),
        ("PythonとDjango入門", ["Django入門", "入門", "python"], ["門入"]),
    ],
)
def test_what_is_written_without_spaces_is_found_by_any_piece(
    cast, in_acme, general, text, hits, misses
):
    make_message(general, cast.bo, text)

    for query in hits:
        assert found(cast.ana, query) == [text], query
    for query in misses:
        assert found(cast.ana, query) == [], query


def test_hits_in_close_script_are_marked(cast, in_acme, general):
    make_message(general, cast.bo, "日本語のテストを書く")

    assert marked(cast.ana, "テスト") == ["テスト"]


def test_filters(cast, in_acme, general, leadership):
    link = make_message(general, cast.bo, "plan https://plan.example")
    root = make_message(general, cast.ana, "plan of ana")
    reply = make_message(general, cast.bo, "plan again", thread=root)
    secret = make_message(leadership, cast.ana, f"plan for <@{cast.bo.id}>")
    record_mentions(
        MessageCreated(leadership.id, secret.id, cast.ana.id, None, (cast.bo.id,), False)
    )

    assert found(cast.bo, "plan from:me") == [reply.text, link.text]
    assert found(cast.bo, "from:ana plan") == [secret.text, root.text]
    assert found(cast.bo, "plan -from:ana") == [reply.text, link.text]
    assert found(cast.bo, "plan in:#leadership") == [secret.text]
    assert found(cast.bo, "plan -in:leadership from:ana") == [root.text]
    assert found(cast.bo, "has:link") == [link.text]
    assert found(cast.bo, "plan -has:link in:general from:bo") == [reply.text]
    assert found(cast.bo, "is:thread") == [reply.text, root.text]
    assert found(cast.bo, "mentions:me") == [secret.text]
    assert found(cast.ana, "mentions:me") == []
    assert found(cast.bo, "plan on:today before:2030 after:2020") == [
        secret.text,
        reply.text,
        root.text,
        link.text,
    ]
    assert found(cast.bo, "plan before:today") == []
    assert found(cast.cy, "from:ana plan") == [root.text]


def test_the_day_is_that_of_the_person_who_asks(cast, in_acme, general):
    message = make_message(general, cast.bo, "plan")
    moment = timezone.now().replace(hour=23, minute=30) - timedelta(days=3)
    Message.objects.filter(id=message.id).update(
        created_at=moment, id=id_at(moment, salt=message.id)
    )
    type(cast.ana.user).objects.filter(id=cast.ana.id).update(time_zone="Asia/Tokyo")
    there = (moment + timedelta(hours=9)).date()

    assert found(cast.ana, f"plan on:{there}") == ["plan"]
    assert found(cast.ana, f"plan on:{moment.date()}") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from:nobody", "no_such_person"),
        ("in:nowhere", "no_such_channel"),
        ("in:leadership", "no_such_channel"),
        ("in:", None),
        ("from:dee plan", "no_such_person"),
    ],
)
def test_names_that_are_unknown_are_said(cast, in_acme, general, leadership, query, code):
    if code is None:
        assert found(cast.cy, query) == []
        return
    with pytest.raises(Invalid) as refusal:
        search(cast.cy.actor, query=query)

    assert (refusal.value.about, refusal.value.code) == ("q", code)


def test_guests_find_nobody_they_may_not_know_of(cast, in_acme, general):
    for name in ("bo", str(cast.bo.id), "bo@acme.example"):
        with pytest.raises(Invalid):
            search(cast.eve.actor, query=f"from:{name}")


def test_unknown_filters_are_hinted_at(cast, in_acme, general):
    make_message(general, cast.bo, "error timeout")

    answer = call(cast.ana.api).get("/search", q="error:timeout")

    assert answer.status == 200
    assert [hint["text"] for hint in answer.body["hints"]] == ["error"]
    assert len(answer.items) == 1


def test_files_are_found_by_their_names_and_in_messages(cast, in_acme, general, leadership):
    def share(place, name):
        file = uploaded(cast.ana, name, b"abc")
        body = {"text": "see", "key": str(new_id()), "file_ids": [file["id"]]}
        call(cast.ana.api).post(f"/conversations/{place.id}/messages", body)
        return file

    share(general, "Budget_2026 final.xlsx")
    share(leadership, "budget secret.pdf")
    gone = share(general, "budget gone.txt")
    call(cast.ana.api).delete(f"/files/{gone['id']}")

    def names(person, query):
        return [one["file"]["name"] for one in search_files(person.actor, query=query).items]

    assert names(cast.ana, "budg") == ["budget secret.pdf", "Budget_2026 final.xlsx"]
    assert names(cast.cy, "budget") == ["Budget_2026 final.xlsx"]
    assert names(cast.cy, "budget_2026") == ["Budget_2026 final.xlsx"]
    assert names(cast.ana, "budget in:leadership") == ["budget secret.pdf"]
    assert found(cast.cy, "has:file") == ["see"]
    answer = call(cast.cy.api).get("/search/files", q="budget")
    assert answer.items[0]["conversation_id"] == str(general.id)


def test_the_best_comes_first_where_that_is_asked_for(cast, in_acme, general):
    make_messages(general, cast.bo, ["plan plan plan", "a plan among many other words said", "x"])

    assert found(cast.ana, "plan") == ["a plan among many other words said", "plan plan plan"]
    assert found(cast.ana, "plan", sort="relevant")[0] == "plan plan plan"


def test_pages_of_the_best_hold_each_hit_once_whatever_comes_in(cast, in_acme, general):
    texts = [f"plan {'plan ' * (n % 4)}{n}" for n in range(9)]
    make_messages(general, cast.bo, texts)
    seen, cursor = [], None

    while True:
        page = search(cast.ana.actor, query="plan", sort="relevant", cursor=cursor, limit=4)
        seen += [hit["message"]["text"] for hit in page.items]
        cursor = page.next
        make_message(general, cast.bo, "plan plan plan plan")
        if cursor is None:
            break

    assert sorted(seen) == sorted(texts)


def test_only_what_one_may_see_is_found_by_any_order(cast, in_acme, general, leadership):
    make_message(leadership, cast.ana, "plan ABC-1 日本語")
    for query in ("plan", "ABC-1", "日本", "from:ana", "in:general plan", "has:link -x", "-x"):
        for sort in ("newest", "relevant"):
            try:
                assert found(cast.cy, query, sort=sort) == []
            except Invalid:
                continue
    leave_conversation(cast.bo.actor, conversation_id=leadership.id)
    assert found(cast.bo, "plan") == []


# Languages ------------------------------------------------------------------------------------


def test_words_are_found_in_all_forms_of_the_organisations_languages(cast, in_acme, general):
    make_message(general, cast.bo, "Die Häuser sind teuer")
    assert found(cast.ana, "Haus") == []

    change(cast.ana.actor, SearchPolicy, languages=["german", "french"])
    make_message(general, cast.bo, "Neue Häuser, and we ran; les chevaux courent")

    assert found(cast.ana, "Haus") == ["Neue Häuser, and we ran; les chevaux courent"]
    assert found(cast.ana, "courir") == []
    assert found(cast.ana, "courent") == ["Neue Häuser, and we ran; les chevaux courent"]
    assert marked(cast.ana, "Haus") == ["Häuser"]


def test_what_was_there_is_indexed_anew_piece_by_piece(cast, in_acme, general):
    for n in range(5):
        make_message(general, cast.bo, f"Die Häuser {n}")
    reindex()
    assert services.is_indexed()

    change(cast.ana.actor, SearchPolicy, languages=["german"])

    assert not services.is_indexed()
    assert services.index_more(most=3)
    assert found(cast.ana, "Haus") == ["Die Häuser 4", "Die Häuser 3", "Die Häuser 2"]
    while services.index_more(most=3):
        pass
    assert len(found(cast.ana, "Haus")) == 5
    assert services.is_indexed()


def test_messages_of_before_are_found_until_they_are_indexed_anew(cast, in_acme, general):
    """As the release before left them: the words and their English stems."""
    message = make_message(general, cast.bo, "We are budgeting for ABC-123")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message SET words = to_tsvector('simple', text)"
            " || to_tsvector('english', text) WHERE id = %s",
            [message.id],
        )
    assert found(cast.ana, "budget") == [message.text]
    assert found(cast.ana, "ABC-123") == [message.text]

    reindex()

    assert found(cast.ana, "ABC-12") == [message.text]


def test_too_many_languages_are_refused(cast, in_acme):
    many = ["english", "german", "french", "spanish", "italian"]

    with pytest.raises(Invalid):
        change(cast.ana.actor, SearchPolicy, languages=many)


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(random.Random(n).randint(0x4E00, 0x9FFF)) for n in range(40_000)),
        " ".join(f"{n:x}_b{n:x}_c_d{n}" for n in range(4000))[:40_000],
        "a.b" * 13_000,
        "a_猫" * 13_000,
        " ".join(f"http://a{n}.b/{n}" for n in range(3000))[:40_000],
        "x" * 40_000,
        "'\\" * 20_000,
        "<@" * 20_000,
    ],
    ids=["han", "identifiers", "dots", "mixed", "addresses", "one", "quotes", "half mentions"],
)
def test_any_message_can_be_indexed(cast, in_acme, general, text):
    assert make_message(general, cast.bo, text).text == text


# Indexes --------------------------------------------------------------------------------------


def plan_of(person, query: str) -> str:
    """How the database would look for it."""
    composer = Composer(["english"])
    wanted = composer.query(parse(query, today=timezone.now().date()).terms)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM messaging_message m WHERE m.words @@ ({wanted})",
            composer.params,
        )
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    "query",
    ["plan", '"the plan"', "ABC-123", "abc-12", "ana@acme.example", "日本語", "猫", "a_b.pdf"],
)
def test_every_kind_of_word_is_looked_up_in_the_index(cast, in_acme, general, query):
    plan = plan_of(cast.ana, query)

    assert "Bitmap Index Scan on messaging_message_words" in plan
    assert "Seq Scan" not in plan


def test_names_of_files_are_looked_up_in_an_index(cast, in_acme):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_file (id, name, content_type, size_bytes, sha256, storage_name,"
            " created_at) SELECT gen_random_uuid(), 'name ' || n, '', 1, '', '', now()"
            " FROM generate_series(1, 2000) n"
        )
        cursor.execute("ANALYZE messaging_file")
        cursor.execute(
            "EXPLAIN SELECT id FROM messaging_file f WHERE f.deleted_at IS NULL"
            " AND messaging_words(f.name, '{}') @@ 'budget:*'::tsquery"
        )
        assert "messaging_file_words" in "\n".join(row[0] for row in cursor.fetchall())


def test_a_search_costs_the_same_queries_whatever_is_found(
    cast, in_acme, django_assert_max_num_queries
):
    place = make_channel(cast.ana)
    make_messages(place, cast.ana, [f"plan {n}" for n in range(20)])

    with django_assert_max_num_queries(8):
        search(cast.ana.actor, query="plan from:me has:link", sort="relevant")
