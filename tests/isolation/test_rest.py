"""Nobody learns anything of what is not theirs, not even that it is there.

Each operation of the API is tried with the ids of a private conversation of Ana and Bo: by nobody,
by Cy, who is in the same organisation, by Eve, who is a guest there, and by Dee from another one.
An id that exists must be answered exactly as one that does not, after the same number of queries.
"""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.ids import new_id
from tests.isolation.walk import Operation, operations, random_ids, with_ids
from tests.messaging.places import make_channel

REFUSED = {401, 403, 404}
KNOWN_TO_COLLEAGUES = {"emoji_id", "user_id", "group_id", "child_id", "role_id", "assignment_id"}
"""Ids that everybody in the organisation may know, or that no conversation can be told by."""


def ask(client: Client, operation: Operation, ids: dict[str, object]) -> tuple[int, str, int]:
    """Status, body and number of queries of one request."""
    body = dict(operation.body) if operation.body is not None else None
    if body is not None and "key" in body:
        body["key"] = str(uuid4())
    if body is not None and "user_id" in body:
        body["user_id"] = str(ids["user_id"])
    # The first request of a browser looks its host up and notes its use; only then count.
    client.get("/api/v1/me")
    options = {"content_type": "application/json"}
    if body is not None:
        options["data"] = json.dumps(body)
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, operation.method)(operation.url(ids), **options)
        text = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, text.decode(), len(queries)


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_nobody_gets_nothing(cast, secret, operation):
    status, text, _ = ask(cast.nobody("acme"), operation, secret)

    assert status == 401
    assert "between us" not in text


OF_EACH = {("policy_id",)}
"""What every organisation has by the same name: there one's own is found."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if op.parameters not in OF_EACH], ids=str
)
def test_a_person_of_another_organisation_gets_nothing(cast, secret, operation):
    known = ask(cast.dee.client, operation, secret)
    unknown = ask(cast.dee.client, operation, random_ids(secret))

    assert known[0] in REFUSED | {422}
    assert known == unknown


@pytest.mark.parametrize("operation", with_ids(), ids=str)
def test_their_session_and_token_are_worth_nothing_here(cast, secret, operation):
    intruder = Client(HTTP_HOST="acme.localhost")
    intruder.cookies["session"] = cast.dee.client.cookies["session"].value
    by_token = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {cast.dee.token}")

    assert ask(intruder, operation, secret)[0] == 401
    assert ask(by_token, operation, secret)[0] == 401


OF_ALL = {("emoji_id",)}
"""What everybody in the organisation may know of."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if op.parameters not in OF_ALL], ids=str
)
def test_a_guest_of_the_same_organisation_gets_nothing(cast, secret, operation):
    known = ask(cast.eve.client, operation, secret)
    unknown = ask(cast.eve.client, operation, random_ids(secret))

    assert known[0] in REFUSED | {422}
    assert known == unknown


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if not set(op.parameters) <= KNOWN_TO_COLLEAGUES], ids=str
)
def test_a_stranger_of_the_same_organisation_gets_nothing(cast, secret, operation):
    """Colleagues may know of each other; of each other's conversations they may not."""
    strange = random_ids(secret) | {name: secret[name] for name in KNOWN_TO_COLLEAGUES}

    known = ask(cast.cy.client, operation, secret)
    unknown = ask(cast.cy.client, operation, strange)

    assert known[0] in REFUSED | {422}
    assert known == unknown


LEAVING = ("/members/{user_id}", "/leave")
"""They would take Bo out of the room before he has looked around."""


@pytest.mark.parametrize(
    "operation", [op for op in with_ids() if not op.path.endswith(LEAVING)], ids=str
)
def test_the_walk_is_able_to_find_something(cast, secret, operation):
    """Bo, who may, is not refused as one who knows nothing: the addresses do lead somewhere."""
    status, _, _ = ask(cast.bo.client, operation, secret)

    assert status not in {401, 404, 405}
    assert status < 500


def test_what_answers_get_answers_head(cast, secret):
    """Also what was not found: the address alone says nothing more to one who asks like that."""
    different = []
    for operation in operations():
        if operation.method == "get":
            for ids in (secret, random_ids(secret)):
                get, head = (ask_with(cast.bo.client, name, operation, ids) for name in BOTH)
                if get != head:
                    different.append((str(operation), get, head))

    assert different == []


BOTH = ("get", "head")


def ask_with(
    client: Client, method: str, operation: Operation, ids: dict[str, object]
) -> tuple[int, str, bool]:
    response = getattr(client, method)(operation.url(ids))
    sent = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, response.get("Content-Type", ""), method == "get" or not sent


@pytest.mark.parametrize("operation", [op for op in operations() if not op.parameters], ids=str)
def test_lists_and_searches_hold_nothing_of_others(cast, secret, operation):
    for person in (cast.cy, cast.eve, cast.dee):
        client, url = person.client, operation.path
        separator = "?q=between+us&scope=all&limit=200"
        response = client.get(url + separator) if operation.method == "get" else None
        if response is None:
            continue
        assert response.status_code < 500
        assert str(secret["conversation_id"]) not in response.text
        assert str(secret["message_id"]) not in response.text
        assert "between us" not in response.text.replace("q=between+us", "")


def test_a_thread_or_channel_of_others_cannot_be_used_through_a_body(cast, secret):
    own = make_channel(cast.cy, name="own", kind="private")
    answer = cast.cy.client.post(
        f"/api/v1/conversations/{own.id}/messages",
        {"text": "x", "key": str(uuid4()), "thread_id": str(secret["message_id"])},
        content_type="application/json",
    )
    reference = cast.cy.client.post(
        f"/api/v1/conversations/{own.id}/messages",
        {"text": "x", "key": str(uuid4()), "thread_id": str(new_id())},
        content_type="application/json",
    )

    assert (answer.status_code, answer.content) == (reference.status_code, reference.content)
    assert answer.status_code in {404, 422}


def test_people_of_another_organisation_cannot_be_named(cast):
    for user_id in (cast.dee.id, new_id()):
        answer = cast.ana.client.post(
            "/api/v1/conversations",
            {"kind": "direct", "member_ids": [str(user_id)]},
            content_type="application/json",
        )
        assert answer.status_code == 422
