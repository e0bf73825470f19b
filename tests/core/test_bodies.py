"""Bodies of requests: what is not of its kind is refused by name, and changes nothing."""

import orjson
import pytest
from django.http import HttpResponse, StreamingHttpResponse

from core.json import given_twice
from core.problem import without_body
from messaging.status.models import Status
from tests.messaging.calls import Answer, call


@pytest.mark.parametrize("body", [[], [None, None], [{"name": "Eve"}]])
def test_a_list_is_no_body_even_where_every_field_may_be_left_out(cast, body):
    answer = call(cast.ana.api).patch("/me", body)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"][0]["message"] == "Give an object."


@pytest.mark.parametrize(
    "time",
    [
        *(0, 1772971200, "1772971200", True, "2026-03-09"),
        *("2026-03-09T08:00:00", "2026-02-30T08:00:00Z", "9999-12-31T23:59:59-23:59"),
    ],
)
def test_what_is_no_moment_is_no_time(cast, in_acme, time):
    answer = call(cast.ana.api).put("/me/status", body={"text": "Away", "expires_at": time})

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": "expires_at", "message": "Send a time such as 2026-03-09T08:00:00Z."}
    ]
    assert not Status.objects.exists()


def test_a_zone_that_no_database_knows_is_a_moment_all_the_same(cast):
    ana = call(cast.ana.api)
    room = ana.post("/conversations", {"kind": "public", "name": "room"}).body

    invited = ana.post(
        "/invitations",
        {
            "email": "zoe@acme.example",
            "role": "guest",
            "guest_until": "2096-03-09T08:00:00+17:17",
        },
    )
    place = ana.get(f"/conversations/{room['id']}/place?at=2096-03-09T08:00:00%2B17:17")

    assert invited.body["guest_until"] == "2096-03-08T14:43:00Z"
    assert place.status == 200


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=1&limit=2", ["limit"]),
        ("limit=1&limit=1&q=a&q=", ["limit", "q"]),
        ("nothing=1&nothing=2", ["nothing"]),
    ],
)
def test_a_parameter_that_is_given_twice_is_refused_by_name(cast, query, fields):
    answer = call(cast.ana.api).get(f"/users?{query}")

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": field, "message": "This name appears twice; send it once."} for field in fields
    ]


def test_a_parameter_that_is_a_list_is_given_as_often_as_it_has_values(cast):
    wanted = {str(cast.ana.id), str(cast.bo.id)}

    answer = call(cast.ana.api).get("/users?" + "&".join(f"ids={id_}" for id_ in wanted))

    assert {row["id"] for row in answer.items} == wanted


@pytest.mark.parametrize(
    ("query", "field"),
    [("q=%ff", "q"), ("limit=2&q=a%C3", "q"), ("q=%ED%A0%80", "q"), ("%ff=1", "\ufffd")],
)
def test_a_parameter_that_is_no_utf_8_is_refused_by_name(cast, query, field):
    answer = call(cast.ana.api).get(f"/users?{query}")

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [{"field": field, "message": "Send text in UTF-8."}]


@pytest.mark.parametrize("query", ["q=%EF%BF%BD", "q=%C3%A9+%F0%9F%8E%89", "q=é", "q=100%"])
def test_text_that_is_utf_8_is_read_as_it_is(cast, query):
    assert call(cast.ana.api).get(f"/users?{query}").body == {"items": [], "next": None}


def test_more_parameters_than_anybody_sends_are_refused(cast):
    query = "&".join(f"x{n}=1" for n in range(501))

    answer = call(cast.ana.api).get(f"/users?{query}")

    assert answer.problem == (400, "malformed")
    assert answer.body["detail"] == "Send at most 500 parameters."


@pytest.mark.parametrize("version", [False, True, "1", 1.0, [1]])
def test_what_may_be_null_is_of_its_kind_too(cast, version):
    body = {"if_version": version, "values": {}}

    answer = call(cast.ana.api).patch("/policies/join", body)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": "if_version", "message": "Give a whole number, without quotes."}
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "public", "name": "a\x00b"}, "name"),
        ({"kind": "public", "name": "a", "member_ids": ["\x00"]}, "member_ids.0"),
        ({"kind": "public", "name": "a", "deep": {"er": ["", {"x": "\x00"}]}}, "deep.er.1.x"),
        ({"kind": "public", "a\x00b": 1}, "body"),
        (["\x00"], "0"),
        ("\x00", "body"),
    ],
)
def test_a_nul_is_refused_wherever_it_stands(cast, body, field):
    answer = call(cast.ana.api).post("/conversations", body)

    assert answer.problem == (422, "invalid")
    assert answer.fields == [field]


def test_a_nul_at_a_depth_that_only_json_reaches_is_refused_too(cast):
    deep = '{"kind": ' + "[" * 1000 + r'"\u0000"' + "]" * 1000 + "}"

    answer = cast.ana.api.post(
        "/api/v1/conversations", deep.encode(), content_type="application/json"
    )

    assert answer.status_code == 422


def test_text_about_a_nul_is_none(cast):
    room = call(cast.ana.api).post("/conversations", {"kind": "public", "name": "room"}).body

    said = call(cast.ana.api).post(f"/conversations/{room['id']}/messages", {"text": r"\u0000"})

    assert said.body["text"] == r"\u0000"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"kind": "public", "name": "a", "name": "b"}', "name"),
        (r'{"kind": "public", "name": "a", "n\u0061me" : "b"}', "name"),
        (r'{"kind": "public", "name": "a: \"b\": {", "name": "a: \"b\": {"}', "name"),
        ('{"name": "a", "deep": [1, {"er": 1}, {"er": [{}, {"x": 1, "x": 1}]}]}', "deep.2.er.1.x"),
        ('{"": 1, "": 2}', "body"),
        ("[" * 900 + '{"a": 1, "a": 2}' + "]" * 900, ".".join(["0"] * 900) + ".a"),
    ],
)
def test_a_name_given_twice_is_refused_and_named(cast, body, field):
    answer = Answer.of(
        cast.ana.api.post("/api/v1/conversations", body, content_type="application/json")
    )

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": field, "message": "This name appears twice; send it once."}
    ]


def test_one_name_in_several_objects_and_in_text_is_given_once():
    body = rb'[{"a": {"a": ["a", ":", {"a": ""}]}}, {"a": "\"a\": \\", "b": "{\"a\": 1"}, ":a"]'

    assert given_twice(body, orjson.loads(body)) is None


def test_a_head_without_its_body_says_how_large_it_would_have_been():
    whole = HttpResponse("héllo", headers={"ETag": "x"})
    pieces = (b"never" for _ in range(2))
    stream = StreamingHttpResponse(pieces, headers={"Content-Length": "10"})

    empty, cut = without_body(whole), without_body(stream)

    assert (empty.content, empty["Content-Length"], empty["ETag"]) == (b"", "6", "x")
    assert (b"".join(cut), cut["Content-Length"]) == (b"", "10")
    cut.close()
    assert pieces.gi_frame is None


def test_a_full_name_with_its_dot_is_the_same_host(cast):
    dotted = {"HTTP_HOST": "ACME.localhost.:8000"}

    assert cast.ana.api.get("/api/v1/me", **dotted).json()["id"] == str(cast.ana.id)
    assert cast.ana.api.get("/api/v1/me", HTTP_HOST="acme.localhost..").status_code == 404
    assert cast.ana.api.get("/api/v1/me", HTTP_HOST="nobody.localhost.").status_code == 404


NUMBER = "Give a whole number, without quotes."


@pytest.mark.parametrize("value", [True, "1", 1e3, 1.0])
@pytest.mark.parametrize("field", ["remind_after_minutes", "expires_after_minutes"])
def test_a_number_with_bounds_is_of_its_kind_within_another_object_too(cast, field, value):
    room = call(cast.ana.api).post("/conversations", {"kind": "public", "name": "room"}).body
    body = {"text": "a", "priority": {"level": "urgent", field: value}}

    answer = call(cast.ana.api).post(f"/conversations/{room['id']}/messages", body)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [{"field": f"priority.{field}", "message": NUMBER}]


@pytest.mark.parametrize("options", [[True], ["0"], [0.0]])
def test_numbers_in_a_list_are_of_their_kind_too(cast, options):
    ana = call(cast.ana.api)
    room = ana.post("/conversations", {"kind": "public", "name": "room"}).body
    poll = {"text": "a?", "poll": {"options": ["a", "b"]}}
    asked = ana.post(f"/conversations/{room['id']}/messages", poll).body

    answer = ana.put(f"/messages/{asked['id']}/vote", body={"options": options})

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"][0]["message"] == NUMBER


@pytest.mark.parametrize("day", [0, 1772971200, 1.5, True])
def test_a_number_is_no_day(cast, day):
    body = {"name": "Spring", "reviewer_id": str(cast.bo.id), "due_at": day}

    answer = call(cast.ana.api).post("/reviews", body)

    assert answer.problem == (422, "invalid")
    assert answer.body["errors"] == [
        {"field": "due_at", "message": "Give a day such as 2026-05-04."}
    ]


def test_a_body_that_is_missing_is_called_so(cast):
    answer = Answer.of(cast.ana.api.patch("/api/v1/me", b"", content_type="application/json"))

    assert answer.problem == (422, "invalid")
    assert answer.fields == ["body"]
