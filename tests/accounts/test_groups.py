"""Groups: nested, without circles, and nobody gains by them what nobody gave."""

import threading
from uuid import UUID

import pytest
from django.db import connection

from accounts.groups import services
from accounts.groups.models import Group, GroupMember
from accounts.groups.selectors import group_ids_of, groups_above, member_ids_of
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.roles import services as roles
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from core.permissions import Permission, Role
from tenants.context import in_tenant
from tests.messaging.calls import call
from tests.messaging.places import journal_types


def make_group(cast, name: str, *people, groups=()) -> Group:
    members = Members.of([person.id for person in people], [group.id for group in groups])
    return services.create_group(cast.ana.actor, name=name, members=members)


def test_a_person_is_in_the_groups_around_their_own(cast, in_acme, django_assert_num_queries):
    inner = make_group(cast, "inner", cast.bo)
    middle = make_group(cast, "middle", cast.cy, groups=[inner])
    outer = make_group(cast, "outer", groups=[middle])

    with django_assert_num_queries(3):
        assert group_ids_of(cast.bo.id) == {inner.id, middle.id, outer.id}
        assert member_ids_of(outer.id) == {cast.bo.id, cast.cy.id}
        assert groups_above([inner.id]) == {inner.id, middle.id, outer.id}
    assert group_ids_of(cast.eve.id) == set()


def test_groups_never_hold_each_other(cast, in_acme):
    inner = make_group(cast, "inner")
    outer = make_group(cast, "outer", groups=[make_group(cast, "middle", groups=[inner])])

    for group_id, child in ((inner.id, outer.id), (inner.id, inner.id)):
        with pytest.raises(Conflict) as refusal:
            services.add_members(
                cast.ana.actor, group_id=group_id, members=Members.of(children=[child])
            )
        assert refusal.value.code == "circle"

    assert GroupMember.objects.count() == 2


def test_two_who_put_groups_into_each_other_at_one_moment_make_no_circle(cast, real_commits):
    with in_tenant("acme"):
        one, two = make_group(cast, "one"), make_group(cast, "two")
    barrier, refused = threading.Barrier(2), []

    def nest(outer: Group, inner: Group) -> None:
        with in_tenant("acme"):
            barrier.wait()
            try:
                services.add_members(
                    cast.ana.actor, group_id=outer.id, members=Members.of(children=[inner.id])
                )
            except Conflict as refusal:
                refused.append(refusal.code)
        connection.close()

    threads = [threading.Thread(target=nest, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_tenant("acme"):
        assert refused == ["circle"]
        assert GroupMember.objects.count() == 1


def test_coming_and_going_stands_in_the_journals_of_both(cast, in_acme):
    group = make_group(cast, "team", cast.bo)
    before = len(journal_types(cast.bo.id))

    services.add_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]))
    services.remove_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]))
    services.remove_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]))

    assert journal_types(cast.bo.id)[before - 1 :] == [
        "group-membership.added",
        "group-membership.removed",
    ]
    assert journal_types(group.id) == [
        "group.created",
        "group-membership.added",
        "group-membership.removed",
    ]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 121}),
        ("name", {"name": "a\u202eb"}),
        ("handle", {"handle": "Größe"}),
        ("handle", {"handle": "here"}),
        ("handle", {"handle": "x" * 41}),
        ("description", {"description": "\x00"}),
        ("user_ids", {"members": Members.of([UUID(int=7)])}),
        ("group_ids", {"members": Members.of(children=[UUID(int=7)])}),
    ],
    ids=[
        "no name",
        "a long name",
        "a name that hides",
        "a handle with umlauts",
        "a handle that is taken by us",
        "a long handle",
        "NUL in the description",
        "a stranger",
        "a strange group",
    ],
)
def test_bad_values_are_refused_by_name(cast, in_acme, field, values):
    with pytest.raises(Invalid) as refusal:
        services.create_group(cast.ana.actor, **{"name": "team", **values})

    assert [error.field for error in refusal.value.errors] == [field]
    assert Group.objects.count() == 0


def test_names_and_handles_are_taken_whatever_their_case(cast, in_acme):
    services.create_group(cast.ana.actor, name="Team", handle="@Team")

    for values in ({"name": "TEAM"}, {"name": "other", "handle": "team"}):
        with pytest.raises(Conflict):
            services.create_group(cast.ana.actor, **values)

    assert Group.objects.count() == 1


def test_members_and_guests_change_no_group(cast, in_acme):
    group = make_group(cast, "team", cast.cy)

    for act in (
        lambda who: services.create_group(who.actor, name="other"),
        lambda who: services.update_group(who.actor, group_id=group.id, name="other"),
        lambda who: services.delete_group(who.actor, group_id=group.id),
        lambda who: services.add_members(
            who.actor, group_id=group.id, members=Members.of([who.id])
        ),
        lambda who: services.remove_members(
            who.actor, group_id=group.id, members=Members.of([cast.cy.id])
        ),
    ):
        with pytest.raises(Forbidden):
            act(cast.bo)
        with pytest.raises(Refusal):
            act(cast.eve)

    assert list(Group.objects.values_list("name", flat=True)) == ["team"]
    assert member_ids_of(group.id) == {cast.cy.id}


def test_the_directory_alone_changes_its_groups(cast, in_acme):
    group = services.create_group(cast.ana.actor, name="synced", by_directory=True)

    with pytest.raises(Conflict) as refusal:
        services.add_members(cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]))

    assert refusal.value.code == "from_directory"
    services.add_members(
        cast.ana.actor, group_id=group.id, members=Members.of([cast.bo.id]), by_directory=True
    )
    assert member_ids_of(group.id) == {cast.bo.id}


def test_nobody_comes_by_a_group_to_rights_that_the_adder_lacks(cast, in_acme):
    group = make_group(cast, "security")
    outer = make_group(cast, "outer", groups=[group])
    role = roles.create_role(cast.ana.actor, name="auditor", permissions=["audit.read"])
    roles.give_role(cast.ana.actor, role_id=role.id, group_id=outer.id)
    helper = Actor(
        tenant="acme",
        user_id=cast.bo.id,
        role=Role.MEMBER,
        granted=frozenset({Permission.GROUPS_MANAGE}),
    )

    with pytest.raises(Forbidden) as refusal:
        services.add_members(helper, group_id=group.id, members=Members.of([cast.bo.id]))

    assert refusal.value.code == "above_own_rights"
    assert User.objects.get(id=cast.bo.id).granted is None


def test_over_rest(cast):
    ana, bo, eve = call(cast.ana.api), call(cast.bo.api), call(cast.eve.api)
    made = ana.post("/groups", {"name": "Team", "handle": "team", "user_ids": [str(cast.bo.id)]})
    path = f"/groups/{made.body['id']}"

    assert made.status == 201
    assert (made.body["name"], made.body["people"]) == ("Team", 1)
    assert bo.get("/groups").items == [made.body]
    assert bo.get("/groups", mine="true").items == [made.body]
    assert call(cast.cy.api).get("/groups", mine="true").items == []
    assert eve.get("/groups").items == []
    assert eve.get(path).problem == (404, "not_found")
    assert bo.patch(path, {"name": "Ours"}).problem == (403, "forbidden")
    assert ana.patch(path, {"description": "us"}).body["description"] == "us"
    assert ana.post(f"{path}/members", {"user_ids": [str(cast.eve.id)]}).body["people"] == 2
    assert eve.get(path).status == 200
    assert {item["user_id"] for item in bo.get(f"{path}/members").items} == {
        str(cast.bo.id),
        str(cast.eve.id),
    }
    assert ana.delete(f"{path}/members/{cast.eve.id}").status == 204
    assert ana.post(f"{path}/members", {"user_ids": [str(cast.dee.id)]}).fields == ["user_ids"]
    assert ana.delete(path).status == 204
    assert ana.get(path).problem == (404, "not_found")


def test_a_name_is_not_found_by_another_organisation(cast):
    with in_tenant("acme"):
        group = make_group(cast, "team", cast.bo)
    with in_tenant("globex"):
        assert Group.objects.count() == 0
        with pytest.raises(NotFound):
            services.delete_group(cast.dee.actor, group_id=group.id)
