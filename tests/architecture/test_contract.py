"""The interfaces that others rely on: operations, refusals, events."""

import dataclasses
import re
from uuid import UUID

import pytest

from config.api import api
from events.registry import all_types, told_types
from events.render import _renderers

REFUSALS = {"400", "401", "403", "404", "409", "413", "422", "429"}
PROBLEM = "application/problem+json"
NAMED = re.compile(r"[a-z]+(_[a-z]+)*_id|emoji|number|kind")
SMALL = (UUID, int, bool, str)

OPERATIONS = {
    "GET /me",
    "GET /users",
    "GET /users/{user_id}",
    "GET /conversations",
    "POST /conversations",
    "GET /conversations/{conversation_id}",
    "PATCH /conversations/{conversation_id}",
    "POST /conversations/{conversation_id}/join",
    "POST /conversations/{conversation_id}/leave",
    "POST /conversations/{conversation_id}/archive",
    "GET /conversations/{conversation_id}/members",
    "POST /conversations/{conversation_id}/members",
    "DELETE /conversations/{conversation_id}/members/{user_id}",
    "GET /conversations/{conversation_id}/messages",
    "POST /conversations/{conversation_id}/messages",
    "GET /conversations/{conversation_id}/events",
    "POST /conversations/{conversation_id}/read",
    "GET /messages/{message_id}",
    "PATCH /messages/{message_id}",
    "DELETE /messages/{message_id}",
    "GET /messages/{message_id}/revisions",
    "PUT /messages/{message_id}/reactions/{emoji}",
    "DELETE /messages/{message_id}/reactions/{emoji}",
    "GET /search",
}
EVENTS = {
    "message.created": "conversation",
    "message.edited": "conversation",
    "message.deleted": "conversation",
    "reaction.added": "conversation",
    "reaction.removed": "conversation",
    "conversation.created": "conversation",
    "conversation.updated": "conversation",
    "conversation.archived": "conversation",
    "conversation.restored": "conversation",
    "cursor.moved": "user",
    "mention.created": "user",
    "session.revoked": "user",
    "user.deactivated": "user",
    "user.updated": "tenant",
}
PLAIN = {
    "chancery.membership.added.v1": {"user_id", "conversation_id", "role", "history_from_seq"},
    "chancery.membership.changed.v1": {"user_id", "conversation_id", "role", "may_post"},
    "chancery.membership.removed.v1": {"user_id", "conversation_id", "role"},
    "chancery.cursor.moved.v1": {"user_id", "conversation_id", "read_seq"},
    "chancery.mention.created.v1": {"user_id", "conversation_id", "message_id", "seq"},
    "chancery.file.given.v1": {"user_id"},
    "chancery.later.changed.v1": {"user_id", "message_id"},
    "chancery.later.removed.v1": {"user_id", "message_id"},
    "chancery.reminder.due.v1": {"user_id", "message_id"},
    "chancery.draft.changed.v1": {
        "user_id",
        "conversation_id",
        "thread_id",
        "version",
        "is_empty",
    },
    "chancery.scheduled.changed.v1": {"user_id", "scheduled_id"},
    "chancery.scheduled.removed.v1": {"user_id", "scheduled_id"},
    "chancery.scheduled.failed.v1": {"user_id", "scheduled_id"},
    "chancery.thread.followed.v1": {"user_id", "conversation_id", "root_id"},
    "chancery.thread.unfollowed.v1": {"user_id", "conversation_id", "root_id"},
    "chancery.thread.read.v1": {"user_id", "conversation_id", "root_id", "read_seq"},
    "chancery.session.started.v1": {"user_id", "method"},
    "chancery.sign_in.refused.v1": {"user_id", "method", "reason"},
    "chancery.password.changed.v1": {"user_id", "is_reset"},
    "chancery.second_factor.added.v1": {"user_id", "kind"},
    "chancery.second_factor.removed.v1": {"user_id", "kind"},
    "chancery.second_factor.reset.v1": {"user_id", "count"},
    "chancery.session.revoked.v1": {"user_id", "credential"},
    "chancery.user.deactivated.v1": {"user_id"},
    "chancery.mentions.recorded.v1": {"conversation_id", "message_id", "message_seq"},
    "chancery.acknowledgement.requested.v1": {
        "user_id",
        "conversation_id",
        "message_id",
        "author_id",
        "seq",
    },
    "chancery.acknowledgement.noted.v1": {"user_id", "conversation_id", "message_id"},
    "chancery.acknowledgement.missing.v1": {
        "user_id",
        "conversation_id",
        "message_id",
        "author_id",
        "seq",
        "waiting_count",
    },
    "chancery.message.departed.v1": {
        "conversation_id",
        "message_ids",
        "root_ids",
        "to_id",
        "move_id",
    },
    "chancery.file.uploaded.v1": {"user_id", "file_id"},
    "chancery.group-membership.added.v1": {"user_id", "group_id"},
    "chancery.group-membership.removed.v1": {"user_id", "group_id"},
    "chancery.access_rules.changed.v1": {"tenant_id"},
}
"""Events whose facts are shown as they are, and what that shows."""


@pytest.fixture(scope="module")
def operations() -> dict[str, dict]:
    paths = api.get_openapi_schema(path_prefix="")["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_the_operations_that_others_rely_on_are_there(operations):
    assert set(operations) >= OPERATIONS


def test_every_operation_documents_every_way_to_be_refused(operations):
    for name, operation in operations.items():
        responses = {str(status): answer for status, answer in operation["responses"].items()}
        assert set(responses) >= REFUSALS, name
        assert any(status.startswith("2") for status in responses), name
        for status in REFUSALS:
            assert list(responses[status]["content"]) == [PROBLEM], name


def test_the_document_takes_seconds_and_is_made_once():
    assert api.get_openapi_schema(path_prefix="") is api.get_openapi_schema(path_prefix="")


def test_the_document_says_how_to_sign_in():
    document = api.get_openapi_schema(path_prefix="")

    assert document["security"] == [{"token": []}, {"session": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_post_is_done_once_however_often_it_is_sent():
    # A token is shown once: an answer that is kept would keep it, too.
    tokens = {"create_token", "create_service_account", "create_service_token"}
    tokens |= {"create_oauth_app", "make_oauth_secret"}
    by_hand = tokens | {"post_message"}
    # its key is the message's own, and lasts as long as the message

    twice = [
        operation.view_func.__name__
        for _prefix, router in api._routers
        for path in router.path_operations.values()
        for operation in path.operations
        if "POST" in operation.methods
        and not operation.view_func.__code__.co_qualname.startswith("idempotent.")
    ]

    assert set(twice) == by_hand


def test_the_document_says_which_posts_are_done_once(operations):
    posts = {name: made for name, made in operations.items() if name.startswith("POST ")}
    unkeyed = {
        name
        for name, made in posts.items()
        if "Idempotency-Key" not in {one["name"] for one in made.get("parameters", [])}
    }
    repeated = {
        name: {str(status) for status in made["responses"]} & {"200", "204"}
        for name, made in posts.items()
        if name not in unkeyed
    }

    assert unkeyed == {
        "POST /me/tokens",
        "POST /service-accounts",
        "POST /service-accounts/{user_id}/tokens",
        "POST /oauth-apps",
        "POST /oauth-apps/{app_id}/secrets",
    }
    assert [name for name, statuses in repeated.items() if not statuses] == []


def test_every_operation_says_what_it_does(operations):
    for name, operation in operations.items():
        assert len(operation.get("description", "")) > 8, name


def test_path_parameters_have_the_names_that_were_agreed(operations):
    for name, operation in operations.items():
        named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert [one for one in named if not NAMED.fullmatch(one)] == [], name


def test_the_events_that_others_rely_on_are_there():
    known = {(kind.name, kind.stream.value) for kind in all_types()}
    wanted = {(f"chancery.{name}.v1", stream) for name, stream in EVENTS.items()}
    both = {
        (f"chancery.membership.{verb}.v1", stream)
        for verb in ("added", "removed")
        for stream in ("conversation", "user")
    }

    assert known >= wanted | both


@pytest.mark.parametrize("kind", told_types(), ids=lambda kind: f"{kind.name}-{kind.stream.value}")
def test_every_event_is_drawn_by_a_renderer_or_is_a_plain_fact(kind):
    if kind.fact in _renderers:
        return

    assert {field.name for field in dataclasses.fields(kind.fact)} == PLAIN[kind.name]


@pytest.mark.parametrize("kind", all_types(), ids=lambda kind: f"{kind.name}-{kind.stream.value}")
def test_facts_are_frozen_and_hold_small_values(kind):
    assert kind.fact.__dataclass_params__.frozen
    for field in dataclasses.fields(kind.fact):
        words = str(field.type)
        assert field.name not in {"text", "name", "title", "topic", "email", "password"}, words
        assert any(small.__name__ in words for small in SMALL), words


def test_every_body_refuses_fields_that_it_does_not_know():
    document = api.get_openapi_schema(path_prefix="")
    bodies = {
        content["schema"]["$ref"].rpartition("/")[2]
        for path in document["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }

    assert len(bodies) > 30
    schemas = document["components"]["schemas"]
    assert {
        name for name in bodies if schemas[name].get("additionalProperties") is not False
    } == set()
