"""The explainer tells the truth: against brute force over random graphs, and path by path."""

from contextlib import suppress
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import actor_for
from accounts.grants import services as objects
from accounts.groups import services as groups
from accounts.groups.models import GroupMember
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.policies.services import change
from accounts.roles import services as roles
from accounts.sso.access import providers_of
from accounts.sso.models import IdentityProvider
from accounts.tokens.access import bots_of
from accounts.tokens.services import create_service_account
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.permissions import Permission, Role, known_permissions
from messaging.conversations.access import (
    SEES_NOTHING,
    Do,
    place_for,
    visible_conversations,
)
from messaging.conversations.models import Conversation, Membership
from messaging.explain.selectors import (
    By,
    Explanation,
    explain_conversation,
    explain_object,
    explain_permission,
)
from messaging.files.access import file_for
from messaging.files.models import File, FilePolicy
from messaging.files.selectors import granted_files
from messaging.files.sharing import share_file
from messaging.grants import services as grants
from messaging.grants.models import ConversationGroupGrant, ConversationUserGrant
from messaging.messages.models import Message
from messaging.search.selectors import search_files
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_direct, make_message

PEOPLE = ("bo", "cy", "eve")
GROUPS = range(5)

pairs = st.sampled_from


@st.composite
def worlds(draw):
    """Who is in which group, which group in which, and what is granted to whom."""
    return {
        "in": draw(st.sets(st.tuples(pairs(PEOPLE), pairs(GROUPS)), max_size=6)),
        "nested": draw(st.lists(st.tuples(pairs(GROUPS), pairs(GROUPS)), max_size=8)),
        "granted": draw(st.sets(pairs(GROUPS), max_size=2)),
        "people": draw(st.sets(pairs(PEOPLE), max_size=1)),
        "looked_after": draw(st.sets(pairs(GROUPS), max_size=2)),
        "lookers": draw(st.sets(pairs(PEOPLE), max_size=1)),
        "shared": draw(st.sets(pairs(GROUPS), max_size=2)),
        "receivers": draw(st.sets(pairs(PEOPLE), max_size=1)),
        "guests_open": draw(st.booleans()),
        "late": draw(st.sets(pairs(PEOPLE), max_size=1)),
        "given": draw(st.sets(pairs(GROUPS), max_size=2)),
        "taken": draw(st.sets(st.tuples(pairs(PEOPLE), pairs(GROUPS)), max_size=2)),
        "inactive": draw(st.sets(pairs(PEOPLE), max_size=1)),
        "kind": draw(pairs(["private", "public"])),
    }


class _Undo(Exception):
    pass


@given(worlds())
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_access_explainer_and_brute_force_agree(cast, in_acme, world):
    with pytest.raises(_Undo):
        tried(cast, world)


@transaction.atomic
def tried(cast, world) -> None:
    channel, made, things, file = build(cast, world)
    for name in PEOPLE:
        check(cast, world, name, channel, made)
        check_things(cast, world, name, made, things)
    join_late(cast, world, channel)
    for name in PEOPLE:
        check_file(cast, world, name, file, made)
    raise _Undo


def build(cast, world):
    ana = cast.ana.actor
    made = [groups.create_group(ana, name=f"g{number}").id for number in GROUPS]
    for inner, outer in world["nested"]:
        members = Members.of(children=[made[inner]])
        with suppress(Conflict):  # a circle
            groups.add_members(ana, group_id=made[outer], members=members)
    role = roles.create_role(ana, name="auditor", permissions=["audit.read"])
    for number in world["given"]:
        roles.give_role(ana, role_id=role.id, group_id=made[number])
    channel = make_channel(cast.ana, name="room", kind=world["kind"])
    for number in world["granted"]:
        grants.grant(ana, conversation_id=channel.id, group_id=made[number])
    for name in world["people"]:
        grants.grant(ana, conversation_id=channel.id, user_id=getattr(cast, name).id)
    things = looked_after(cast, world, made)
    file = shared_file(cast, world, channel, made)
    for name, number in world["in"]:
        person = getattr(cast, name)
        groups.add_members(ana, group_id=made[number], members=Members.of([person.id]))
    for name, number in world["taken"]:
        person = getattr(cast, name)
        groups.remove_members(ana, group_id=made[number], members=Members.of([person.id]))
    for name in world["inactive"]:
        User.objects.filter(id=getattr(cast, name).id).update(is_active=False)
    return channel, made, things, file


def looked_after(cast, world, made: list[UUID]) -> dict[str, UUID]:
    ana = cast.ana.actor
    things = {
        "provider": IdentityProvider.objects.create(
            kind="oidc", slug="op", name="Op", issuer="https://op.example"
        ).id,
        "bot": create_service_account(ana, name="robot", scopes=["read"])[0].user_id,
    }
    for kind, id_ in things.items():
        for number in world["looked_after"]:
            objects.grant(ana, kind=kind, object_id=id_, group_id=made[number])
        for name in world["lookers"]:
            objects.grant(ana, kind=kind, object_id=id_, user_id=getattr(cast, name).id)
    return things


def make_file(message: Message) -> File:
    return File.objects.create(
        conversation_id=message.conversation_id,
        message_id=message.id,
        created_by_id=message.author_id,
        name="plan.txt",
        content_type="text/plain",
        size_bytes=1,
        sha256=bytes(32),
        storage_name="plan",
    )


def shared_file(cast, world, channel: Conversation, made: list[UUID]) -> File:
    """Sent to the channel, and granted by itself."""
    message = make_message(channel, cast.ana, "see")
    file = make_file(message)
    change(cast.ana.actor, FilePolicy, shares_with_guests=True)
    for number in world["shared"]:
        share_file(cast.ana.actor, file_id=file.id, group_id=made[number])
    for name in world["receivers"]:
        share_file(cast.ana.actor, file_id=file.id, user_id=getattr(cast, name).id)
    change(cast.ana.actor, FilePolicy, shares_with_guests=world["guests_open"])
    return file


def join_late(cast, world, channel: Conversation) -> None:
    """Some come into the room, and see nothing of what was there before them."""
    for name in world["late"] if world["kind"] == "private" else ():
        Membership.objects.create(
            conversation=channel, user_id=getattr(cast, name).id, history_from_seq=SEES_NOTHING
        )


def check_file(cast, world, name, file: File, made: list[UUID]) -> None:
    person = getattr(cast, name)
    reached = brute_force(person.id)
    is_guest = name == "eve"
    in_channel = bool(reached & {made[n] for n in world["granted"]}) or name in world["people"]
    is_public = world["kind"] == "public"
    reads = (is_public and not is_guest) or (
        in_channel and (is_public or name not in world["late"])
    )
    given = bool(reached & {made[n] for n in world["shared"]}) or name in world["receivers"]
    counts = given and (world["guests_open"] or not is_guest)
    actor = actor_for(User.objects.get(id=person.id))

    found = explain_object(cast.ana.actor, user_id=person.id, kind="file", object_id=file.id)

    assert opens(actor, file) == (reads or counts)
    assert found.has_access == (name not in world["inactive"] and (reads or counts))
    assert bool(found.missing) != found.has_access
    assert [hit["file"]["id"] for hit in granted_files(actor).items] == [file.id] * counts
    hits = search_files(actor, query="plan").items
    assert [hit["conversation_id"] for hit in hits] == (
        [file.conversation_id] if reads else [None] * counts
    )
    for path in found.paths:
        assert path.steps[-1].id == file.id
        assert is_chain([step.id for step in path.steps if step.kind == "group"], person.id)


def opens(actor: Actor, file: File) -> bool:
    try:
        file_for(actor, file.id)
    except NotFound:
        return False
    return True


def brute_force(person_id: UUID) -> set[UUID]:
    """Every group a person is in, by going up until nothing is new."""
    rows = list(GroupMember.objects.all())
    reached = {row.group_id for row in rows if row.user_id == person_id}
    while more := {row.group_id for row in rows if row.child_id in reached} - reached:
        reached |= more
    return reached


def check(cast, world, name, channel: Conversation, made: list[UUID]) -> None:
    person = getattr(cast, name)
    reached = brute_force(person.id)
    is_active = name not in world["inactive"]
    granted = bool(reached & {made[n] for n in world["granted"]}) or name in world["people"]
    is_open = world["kind"] == "public" and name != "eve"
    row = User.objects.get(id=person.id)
    actor = Actor(
        tenant="acme",
        user_id=row.id,
        role=Role(row.role),
        granted=known_permissions(row.granted or ()),
    )

    found = explain_conversation(cast.ana.actor, user_id=person.id, conversation_id=channel.id)
    may = explain_permission(cast.ana.actor, user_id=person.id, permission="audit.read")

    assert found.has_access == (is_active and (granted or is_open))
    assert bool(found.missing) != found.has_access
    if is_active:
        assert visible_conversations(actor).filter(id=channel.id).exists() == found.has_access
        assert sees(actor, channel) == found.has_access
    has_role = bool(reached & {made[n] for n in world["given"]})
    assert may.has_access == (is_active and has_role)
    assert actor.may(Permission.AUDIT_READ) == has_role
    for path in (*found.paths, *may.paths):
        assert is_true(path, person.id, channel)


def check_things(cast, world, name, made: list[UUID], things: dict[str, UUID]) -> None:
    person = getattr(cast, name)
    looks_after = name in world["lookers"] or bool(
        brute_force(person.id) & {made[number] for number in world["looked_after"]}
    )
    row = User.objects.get(id=person.id)
    actor = actor_for(row)

    assert list(providers_of(actor).values_list("id", flat=True)) == (
        [things["provider"]] if looks_after else []
    )
    assert list(bots_of(actor).values_list("id", flat=True)) == (
        [things["bot"]] if looks_after else []
    )
    assert actor.may(Permission.CONSOLE_OPEN) == looks_after
    is_active = name not in world["inactive"]
    for kind, id_ in things.items():
        found = explain_object(cast.ana.actor, user_id=person.id, kind=kind, object_id=id_)
        assert found.has_access == (is_active and looks_after)
        assert bool(found.missing) != found.has_access
        for path in found.paths:
            assert (path.by, path.steps[-1].id) == (By.GRANT, id_)
            chain = [step.id for step in path.steps[:-1]]
            assert is_chain(chain, person.id)


def sees(actor: Actor, channel: Conversation) -> bool:
    try:
        place_for(actor, channel.id, Do.READ)
    except NotFound:
        return False
    return True


def is_chain(chain: list[UUID | None], person_id: UUID) -> bool:
    """The person is in the first group, and each is in the next."""
    if chain and not GroupMember.objects.filter(group_id=chain[0], user_id=person_id).exists():
        return False
    return all(
        GroupMember.objects.filter(group_id=outer, child_id=inner).exists()
        for inner, outer in pairwise(chain)
    )


def is_true(path, person_id: UUID, channel: Conversation) -> bool:
    """Each step of a path holds by the rows alone."""
    chain = [step.id for step in path.steps if step.kind == "group"]
    if not is_chain(chain, person_id):
        return False
    if path.by is By.GRANT and chain:
        rows = ConversationGroupGrant.objects.filter(content_object=channel, group_id=chain[-1])
        return rows.exists()
    if path.by is By.GRANT:
        rows = ConversationUserGrant.objects.filter(content_object=channel, user_id=person_id)
        return rows.exists()
    return True


def test_the_path_names_each_group_on_the_way(cast, in_acme):
    inner = groups.create_group(cast.ana.actor, name="inner", members=Members.of([cast.cy.id]))
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[inner.id])
    )
    room = make_channel(cast.ana, name="room", kind="private")
    grants.grant(cast.ana.actor, conversation_id=room.id, group_id=outer.id)

    found = explain_conversation(cast.ana.actor, user_id=cast.cy.id, conversation_id=room.id)

    (path,) = found.paths
    assert [(step.kind, step.name) for step in path.steps] == [
        ("group", "inner"),
        ("group", "outer"),
        ("channel", "room"),
    ]


def test_a_role_over_one_group_is_a_path_but_no_access_everywhere(cast, in_acme):
    group = groups.create_group(cast.ana.actor, name="team")
    lead = roles.create_role(cast.ana.actor, name="lead", permissions=["groups.manage"])
    roles.give_role(cast.ana.actor, role_id=lead.id, user_id=cast.bo.id, over_group_id=group.id)

    found = explain_permission(cast.ana.actor, user_id=cast.bo.id, permission="groups.manage")

    assert not found.has_access
    assert [step.name for step in found.paths[0].steps] == ["lead", "team"]


def test_who_may_ask_about_whom(cast, in_acme):
    room = make_channel(cast.ana, cast.bo, name="room", kind="private")
    direct = make_direct(cast.bo, cast.cy)

    def ask(asker, about, place) -> Explanation:
        return explain_conversation(asker.actor, user_id=about.id, conversation_id=place.id)

    assert ask(cast.ana, cast.cy, room).has_access is False
    assert ask(cast.bo, cast.bo, room).has_access is True
    with pytest.raises(Forbidden):
        ask(cast.bo, cast.cy, room)
    with pytest.raises(NotFound):
        ask(cast.cy, cast.cy, room)
    with pytest.raises(NotFound):
        ask(cast.ana, cast.bo, direct)
    with pytest.raises(NotFound):
        ask(cast.ana, cast.dee, room)
    with pytest.raises(Invalid):
        explain_permission(cast.ana.actor, user_id=cast.bo.id, permission="people.eat")


def test_the_path_to_a_file_goes_by_the_groups_to_the_grant(cast, in_acme):
    inner = groups.create_group(cast.ana.actor, name="inner", members=Members.of([cast.cy.id]))
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[inner.id])
    )
    file = make_file(make_message(make_channel(cast.ana, name="room", kind="private"), cast.ana))
    share_file(cast.ana.actor, file_id=file.id, group_id=outer.id)
    theirs = make_file(make_message(make_direct(cast.bo, cast.cy), cast.bo))

    found = explain_object(cast.ana.actor, user_id=cast.cy.id, kind="file", object_id=file.id)

    (path,) = found.paths
    assert [(step.kind, step.name) for step in path.steps] == [
        ("group", "inner"),
        ("group", "outer"),
        ("file", "plan.txt"),
    ]
    question = {"person": "cy@acme.example", "thing": f"file:{file.id}"}
    page = cast.ana.client.get("/admin/access/", question).text
    assert "Yes, they can." in page
    assert f"file:{theirs.id}" not in page
    # That there is a file in a direct message is told to nobody else.
    with pytest.raises(NotFound):
        explain_object(cast.ana.actor, user_id=cast.cy.id, kind="file", object_id=theirs.id)
    own = explain_object(cast.cy.actor, user_id=cast.cy.id, kind="file", object_id=theirs.id)
    assert [step.kind for step in own.paths[0].steps] == ["membership", "file"]


def test_over_rest_and_in_the_console(cast, in_acme):
    room = make_channel(cast.ana, name="room", kind="private")
    ana = call(cast.ana.api)
    query = {"user_id": str(cast.bo.id), "conversation_id": str(room.id)}

    answer = ana.get("/access/explanation", **query)
    assert answer.status == 200
    assert (answer.body["has_access"], answer.body["paths"]) == (False, [])
    assert len(answer.body["missing"]) == 2
    assert ana.get("/access/explanation", user_id=str(cast.bo.id)).fields == ["conversation_id"]
    assert call(cast.cy.api).get("/access/explanation", **query).problem == (403, "forbidden")

    page = cast.ana.client.get(
        "/admin/access/", {"person": "bo@acme.example", "channel": "#room", "permission": ""}
    )
    assert "No, they cannot." in page.text
    role = {"person": "ana@acme.example", "channel": "", "permission": "audit.read"}
    assert "Yes, they can." in cast.ana.client.get("/admin/access/", role).text
    assert cast.bo.client.get("/admin/access/", follow=True).status_code == 403
