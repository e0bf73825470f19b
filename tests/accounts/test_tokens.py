"""Tokens: how far they reach, from where, and that nobody gets further by making another."""

import json
import re
from uuid import UUID

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.tokens.models import ApiToken
from accounts.tokens.reach import ADMINISTRATION, is_from, scope_for
from accounts.tokens.services import PREFIX, checksum_of, create_token, new_token
from core.ids import new_id
from events.models import Entry
from messaging.conversations.services import add_members
from tenants.context import in_tenant
from tests.isolation.walk import Operation, operations
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_message


def program(person, *, address: str = "127.0.0.1", **limits) -> Client:
    with in_tenant(person.tenant):
        token = create_token(person.user, **limits)[1]
    return Client(HTTP_HOST=person.host, HTTP_AUTHORIZATION=f"Bearer {token}", REMOTE_ADDR=address)


def test_scanners_know_our_tokens_by_prefix_and_checksum():
    token = new_token()
    body = token.removeprefix(PREFIX)

    assert token.startswith("chy_")
    assert len(body) == 49
    assert checksum_of(body[:-6]) == body[-6:]
    assert checksum_of("x") == checksum_of("x") != checksum_of("y")


# Scopes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", operations(), ids=str)
@pytest.mark.parametrize("scopes", [[], ["read"], ["write"], ["admin"]], ids=str)
def test_no_operation_is_reached_without_its_scope(cast, operation: Operation, scopes):
    """A table of every operation there is: one that is added tomorrow is asked tomorrow."""
    path = operation.url(_Anything())
    needed = scope_for(operation.method.upper(), path)
    client = program(cast.ana, scopes=scopes)
    body = json.dumps(operation.body or {})

    answer = client.generic(operation.method.upper(), path, body, "application/json")

    is_refused = answer.status_code == 403 and answer.json()["code"] == "scope"
    assert is_refused == (needed not in scopes)
    if operation.method != "get":
        assert needed in {"write", "admin"}


class _Anything(dict):
    def __missing__(self, name: str) -> str:
        return "x" if name in {"emoji", "code", "language"} else str(new_id())


def test_administration_takes_a_scope_of_its_own():
    assert scope_for("POST", "/api/v1/roles") == "admin"
    assert scope_for("GET", "/api/v1/roles") == "read"
    assert scope_for("POST", "/api/v1/conversations") == "write"
    assert "groups" in ADMINISTRATION


# Channels ---------------------------------------------------------------------------------------


def test_a_token_of_one_channel_reaches_nothing_else(cast, in_acme):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    other = make_channel(cast.ana, cast.bo, name="other")
    said, secret = make_message(room, cast.ana, "here"), make_message(other, cast.ana, "there")
    bo = call(program(cast.bo, scopes=["read", "write"], conversation_ids=[room.id]))

    assert bo.get("/me").status == 200
    assert bo.get(f"/conversations/{room.id}/messages").items[0]["text"] == "here"
    assert bo.get(f"/messages/{said.id}").status == 200
    posted = bo.post(f"/conversations/{room.id}/messages", {"text": "x", "key": str(new_id())})
    assert posted.status == 201
    for path in (
        f"/conversations/{other.id}/messages",
        f"/conversations/{other.id}",
        "/conversations",
        "/me/conversations",
        "/search?q=there",
        "/users",
        "/groups",
    ):
        assert bo.get(path).problem == (403, "scope"), path
    assert bo.get(f"/messages/{secret.id}").problem == (404, "not_found")
    answer = bo.post(f"/conversations/{other.id}/messages", {"text": "x", "key": str(new_id())})
    assert answer.problem == (403, "scope")


def test_a_token_is_for_channels_that_its_maker_sees_and_tells_of_no_others(cast, in_acme):
    seen = make_channel(cast.bo, name="seen", kind="private")
    hidden = make_channel(cast.ana, name="hidden", kind="private")
    bo = call(cast.bo.client)
    made = {"name": "x", "scopes": ["read"]}
    answers = [
        bo.post("/me/tokens", {**made, "conversation_ids": [str(seen.id), str(other)]})
        for other in (hidden.id, new_id())
    ]

    assert answers[0].body == answers[1].body
    assert (answers[0].status, answers[0].fields) == (422, ["conversation_ids"])
    assert ApiToken.objects.count() == 0
    assert bo.post("/me/tokens", {**made, "conversation_ids": [str(seen.id)]}).status == 201


def test_a_program_gets_a_token_for_what_its_maker_or_it_sees(cast, in_acme):
    ana = call(cast.ana.client)
    made = {"name": "x", "scopes": ["read"]}
    account = ana.post("/service-accounts", made).body["user_id"]
    theirs, alone = (
        make_channel(cast.bo, name=name, kind="private") for name in ("theirs", "alone")
    )
    add_members(cast.bo.actor, conversation_id=theirs.id, user_ids=[UUID(account)])

    def again(*places):
        body = {**made, "conversation_ids": [str(place.id) for place in places]}
        return ana.post(f"/service-accounts/{account}/tokens", body)

    assert again(theirs, make_channel(cast.ana, name="own", kind="private")).status == 201
    assert again(theirs, alone).fields == ["conversation_ids"]
    assert (
        ana.post("/service-accounts", {**made, "conversation_ids": [str(alone.id)]}).status == 422
    )


# Networks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "networks", "is_in"),
    [
        ("192.0.2.7", ["192.0.2.0/24"], True),
        ("192.0.3.7", ["192.0.2.0/24"], False),
        ("::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("2001:db8::1", ["192.0.2.0/24", "2001:db8::/32"], True),
        ("", ["0.0.0.0/0"], False),
        ("rubbish", ["0.0.0.0/0"], False),
        ("192.0.2.7", None, True),
    ],
)
def test_where_an_address_lies(address, networks, is_in):
    assert is_from(address, networks) is is_in


def test_a_token_is_used_from_its_networks_only(cast):
    limits = {"scopes": ["read"], "networks": ["192.0.2.9/24"]}

    assert program(cast.bo, address="192.0.2.7", **limits).get("/api/v1/me").status_code == 200
    refused = program(cast.bo, address="198.51.100.1", **limits).get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "address")


# One's own --------------------------------------------------------------------------------------


def test_people_make_list_and_end_their_tokens(cast, in_acme):
    bo = call(cast.bo.client)
    made = bo.post("/me/tokens", {"name": "CRM", "scopes": ["read"], "networks": ["192.0.2.1"]})
    assert made.status == 201
    assert made.body["networks"] == ["192.0.2.1/32"]
    token = made.body["token"]
    listed = bo.get("/me/tokens").items
    assert [row["name"] for row in listed] == ["CRM"]
    assert token not in str(listed)
    entry = Entry.objects.get(stream_id=made.body["id"])
    assert entry.type == "chancery.token.created.v1"
    assert token not in str(entry.data)

    assert call(cast.cy.client).delete(f"/me/tokens/{made.body['id']}").problem[0] == 404
    assert bo.delete(f"/me/tokens/{made.body['id']}").status == 204
    assert bo.get("/me/tokens").items == []


def test_not_even_a_token_with_every_scope_makes_tokens(cast, in_acme):
    ana = call(cast.ana.api)

    for path in ("/me/tokens", "/service-accounts"):
        refused = ana.post(path, {"name": "for later", "scopes": ["read"]})
        assert refused.problem == (403, "forbidden")
    assert ApiToken.objects.filter(name="for later").count() == 0


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["scim"]}),
        ("scopes", {"scopes": ["everything"]}),
        ("days", {"days": 0}),
        ("days", {"days": 10**9}),
        ("networks", {"networks": ["here"]}),
    ],
    ids=str,
)
def test_bad_values_are_refused_by_name(cast, in_acme, field, values):
    answer = call(cast.bo.client).post("/me/tokens", {"name": "x", "scopes": ["read"], **values})

    assert (answer.problem, answer.fields) == ((422, answer.body["code"]), [field])
    assert ApiToken.objects.count() == 0


def test_a_token_makes_no_tokens(cast, in_acme):
    program_of_ana = call(program(cast.ana, scopes=["read", "write", "admin"]))

    for path in ("/me/tokens", "/service-accounts"):
        refused = program_of_ana.post(path, {"name": "x", "scopes": ["read"]})
        assert refused.problem == (403, "forbidden")


def test_guests_make_no_tokens(cast):
    answer = call(cast.eve.client).post("/me/tokens", {"name": "x", "scopes": ["read"]})

    assert answer.problem == (403, "forbidden")


# Programs ---------------------------------------------------------------------------------------


def test_a_service_account_has_tokens_of_its_own_and_ends_at_once(cast, in_acme):
    ana = call(cast.ana.client)
    made = ana.post("/service-accounts", {"name": "CRM", "scopes": ["read", "write"]})
    account = made.body["user_id"]
    second = ana.post(f"/service-accounts/{account}/tokens", {"name": "new", "scopes": ["read"]})

    assert (made.status, second.status) == (201, 201)
    row = User.objects.get(id=account)
    assert (row.role, row.is_bot, row.has_usable_password()) == ("bot", True, False)
    api = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {made.body['token']}")
    assert api.get("/api/v1/me").json()["name"] == "CRM"
    (listed,) = [one for one in ana.get("/service-accounts").items if one["id"] == account]
    assert {token["name"] for token in listed["tokens"]} == {"CRM", "new"}

    assert ana.delete(f"/service-accounts/{account}").status == 204
    assert api.get("/api/v1/me").status_code == 401
    assert ana.post(f"/service-accounts/{account}/tokens", {"name": "x"}).problem[0] == 404


def test_members_manage_no_programs_and_people_are_none(cast, in_acme):
    bo, ana = call(cast.bo.client), call(cast.ana.client)

    assert bo.get("/service-accounts").problem == (403, "forbidden")
    assert bo.post("/service-accounts", {"name": "x"}).problem == (403, "forbidden")
    assert ana.delete(f"/service-accounts/{cast.bo.id}").problem == (404, "not_found")
    assert User.objects.get(id=cast.bo.id).is_active


def test_the_console_makes_and_ends_a_service_account(cast, in_acme):
    path = "/admin/accounts/serviceaccount/"
    form = {"name": "CRM", "scopes": ["read"], "days": "30", "networks": "here"}
    assert "Give addresses or networks" in cast.ana.client.post(f"{path}add/", form).text

    page = cast.ana.client.post(f"{path}add/", {**form, "networks": "127.0.0.0/8"}, follow=True)
    (token,) = set(re.findall(r"chy_[\w-]{40,}", page.text))
    api = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/api/v1/me").json()["name"] == "CRM"
    account = User.objects.get(name="CRM")
    cast.ana.client.post(path, {"action": "end", "_selected_action": [str(account.id)]})
    assert api.get("/api/v1/me").status_code == 401
    assert cast.bo.client.get(path, follow=True).status_code == 403
