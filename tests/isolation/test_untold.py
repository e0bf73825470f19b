"""What a member's socket says of what only administrators may know: nothing, not that it was."""

import uuid
from collections.abc import Callable

import orjson
import pytest

from accounts.domains.services import add_domain
from accounts.groups.services import Members, add_members, create_group
from accounts.invitations.services import invite
from accounts.people.services import update_person
from accounts.policies.services import change
from accounts.roles.services import create_role, give_role
from accounts.scim.credentials import create_scim_token
from accounts.sessions.models import SessionPolicy
from accounts.tokens.services import create_service_account, create_token
from events import bus
from events.models import Entry, StreamKind
from events.registry import told_types, type_of_class
from events.relay import publish_again
from events.render import frames_of
from events.topics import topic_of
from messaging.etiquette.models import EtiquettePolicy
from messaging.grants.services import grant, take_grant
from messaging.reviews.events import ReviewOpened
from messaging.reviews.services import close_review, open_review
from tenants.context import in_tenant
from tenants.selectors import tenant_id
from tests.cast import Cast
from tests.live.test_consumer import Line, do, line, make_room, post

__all__ = ["line"]

TOLD_TO_ALL = {
    "access_rules.changed",
    "emoji.added",
    "emoji.removed",
    "user.joined",
    "user.updated",
}
"""All of what an organisation's members hear of it, but for what happens in conversations."""


def test_an_organisations_own_stream_holds_what_every_member_may_know():
    told = {kind.name for kind in told_types() if kind.stream == "tenant"}

    assert told == {f"chancery.{name}.v1" for name in TOLD_TO_ALL}


type Act = Callable[[Cast, uuid.UUID], object]


def a_review(cast: Cast, room: uuid.UUID) -> None:
    review = open_review(cast.ana.actor, name="Autumn", reviewer_id=cast.ana.id)
    close_review(cast.ana.actor, review_id=review.id)


def a_role(cast: Cast, room: uuid.UUID) -> None:
    role = create_role(cast.ana.actor, name="Helpdesk", permissions=["people.invite"])
    give_role(cast.ana.actor, role_id=role.id, user_id=cast.cy.id)


def a_group(cast: Cast, room: uuid.UUID) -> None:
    group = create_group(cast.ana.actor, name="Sales")
    add_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.cy.id]))


def a_grant(cast: Cast, room: uuid.UUID) -> None:
    group = create_group(cast.ana.actor, name="Empty")
    grant(cast.ana.actor, conversation_id=room, group_id=group.id)
    take_grant(cast.ana.actor, conversation_id=room, group_id=group.id)


ACTS: dict[str, Act] = {
    "an invitation": lambda cast, room: invite(
        cast.ana.actor, email="new@acme.example", role="member"
    ),
    "a review": a_review,
    "a role": a_role,
    "a group": a_group,
    "a grant": a_grant,
    "a token": lambda cast, room: create_token(
        cast.ana.user, name="mine", scopes=["read"], by=cast.ana.actor
    ),
    "a service account": lambda cast, room: create_service_account(
        cast.ana.actor, name="CRM", scopes=["read"]
    ),
    "a directory": lambda cast, room: create_scim_token(cast.ana.actor, name="Entra"),
    "a domain": lambda cast, room: add_domain(cast.ana.actor, domain="acme-works.example"),
    "a policy": lambda cast, room: change(cast.ana.actor, EtiquettePolicy, confirm_above=99),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ACTS)
async def test_a_members_socket_says_nothing_of_it(cast, line: Line, name: str):
    room = await make_room(cast.ana, cast.bo)
    bo = await line.connect(cast.bo)
    before, number = len(bo.frames), bo.frames[0]["tenant_seq"]

    await do(lambda: ACTS[name](cast, room))
    # What everybody hears comes after it, in the organisation's stream and in the conversation's.
    await do(lambda: update_person(cast.ana.actor, user_id=cast.cy.id, title="Cook"))
    await post(cast.ana, room, "that was all")
    await bo.until(lambda: {"conversation", "tenant"} <= streams(bo.frames[before:]))

    events = [frame for frame in bo.frames[before:] if frame["type"] == "event"]
    assert sorted((frame["event"], frame["stream"]) for frame in events) == [
        ("chancery.message.created.v1", "conversation"),
        ("chancery.user.updated.v1", "tenant"),
    ]
    (told,) = [frame for frame in events if frame["stream"] == "tenant"]
    assert told["seq"] == number + 1


@pytest.mark.asyncio
async def test_what_ends_sign_ins_is_told_without_what_it_is(cast, line: Line):
    bo = await line.connect(cast.bo)

    await do(lambda: change(cast.ana.actor, SessionPolicy, idle_minutes=600))
    await bo.until(lambda: bo.of_type("event") != [])

    (told,) = bo.of_type("event")
    assert told["event"] == "chancery.access_rules.changed.v1"
    assert "sessionpolicy" not in str(bo.frames)
    assert "600" not in str(bo.frames)


def test_what_the_organisations_stream_held_before_is_a_number_without_data(cast, in_acme):
    fact = ReviewOpened(tenant_id("acme"), uuid.uuid4(), cast.ana.id, 3)
    before = Entry(
        stream_id=fact.tenant_id,
        stream_kind="tenant",
        seq=1,
        type=type_of_class(ReviewOpened).name,
        data={name: str(getattr(fact, name)) for name in ("tenant_id", "review_id", "reviewer_id")}
        | {"item_count": 3},
    )

    (frame,) = frames_of([before])

    assert orjson.loads(frame) | {"event": ""} == {
        "type": "event",
        "id": str(before.id),
        "event": "",
        "stream": "tenant",
        "conversation_id": None,
        "seq": 1,
        "data": None,
    }


def test_what_is_untold_is_published_neither_at_once_nor_again(cast, real_commits, monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(bus, "publish", lambda frames, **more: sent.extend(t for t, _ in frames))
    monkeypatch.setattr(
        bus, "publish_soon", lambda frames, **more: sent.extend(t for t, _ in frames)
    )
    with in_tenant("acme"):
        group = create_group(cast.ana.actor, name="Sales")
        update_person(cast.ana.actor, user_id=cast.cy.id, title="Cook")
        entries = list(Entry.objects.values_list("id", flat=True))
        told = topic_of("acme", StreamKind.TENANT, tenant_id("acme"))
        assert sent == [told]

    publish_again("acme", entries)

    assert sent.count(told) == 2
    assert not any(str(group.id) in topic for topic in sent)


def streams(frames: list[dict]) -> set[str]:
    return {frame["stream"] for frame in frames if frame["type"] == "event"}
