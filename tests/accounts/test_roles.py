"""An organisation's own roles: nobody gives, or takes up, a right that they do not have."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.groups import services as groups
from accounts.groups.access import may_manage
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.roles import selectors, services
from accounts.roles.models import CustomRole, RoleAssignment
from core.actor import Actor
from core.errors import Conflict, Forbidden, Invalid
from core.ids import new_id
from core.permissions import Permission, Role
from events.models import Entry
from tests.messaging.calls import call
from tests.messaging.places import make_channel, make_direct


def admin(cast) -> Actor:
    return Actor(tenant="acme", user_id=cast.cy.id, role=Role.ADMIN)


def granted(person) -> list[str] | None:
    return User.objects.get(id=person.id).granted


@pytest.fixture
def auditor(cast, in_acme) -> CustomRole:
    return services.create_role(
        cast.ana.actor, name="Auditor", permissions=["audit.read", "console.open"]
    )


def test_a_role_counts_from_when_it_is_given_until_it_is_taken(cast, auditor):
    row = services.give_role(cast.ana.actor, role_id=auditor.id, user_id=cast.bo.id)
    assert granted(cast.bo) == ["audit.read", "console.open"]
    assert "audit.read" in cast.bo.api.get("/api/v1/me").json()["permissions"]

    services.take_role(cast.ana.actor, assignment_id=row.id)

    assert granted(cast.bo) is None
    assert "audit.read" not in cast.bo.api.get("/api/v1/me").json()["permissions"]


def test_a_role_of_a_group_comes_and_goes_with_the_group(cast, auditor):
    inner = groups.create_group(cast.ana.actor, name="inner")
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[inner.id])
    )
    services.give_role(cast.ana.actor, role_id=auditor.id, group_id=outer.id)

    groups.add_members(cast.ana.actor, group_id=inner.id, members=Members.of([cast.bo.id]))
    assert granted(cast.bo) == ["audit.read", "console.open"]

    groups.remove_members(
        cast.ana.actor, group_id=outer.id, members=Members.of(children=[inner.id])
    )
    assert granted(cast.bo) is None

    groups.add_members(cast.ana.actor, group_id=outer.id, members=Members.of([cast.bo.id]))
    assert granted(cast.bo) == ["audit.read", "console.open"]
    groups.delete_group(cast.ana.actor, group_id=outer.id)
    assert granted(cast.bo) is None


def test_a_changed_role_counts_for_whoever_has_it_and_the_journal_has_both(cast, auditor):
    services.give_role(cast.ana.actor, role_id=auditor.id, user_id=cast.bo.id)

    services.update_role(cast.ana.actor, role_id=auditor.id, permissions=["emoji.manage"])

    assert granted(cast.bo) == ["emoji.manage"]
    entry = Entry.objects.filter(stream_id=auditor.id).latest("seq")
    assert entry.type == "chancery.role.updated.v1"
    assert entry.data["before"] == ["audit.read", "console.open"]
    assert entry.data["after"] == ["emoji.manage"]

    services.delete_role(cast.ana.actor, role_id=auditor.id)
    assert granted(cast.bo) is None


@pytest.mark.parametrize("permission", ["discovery.read"])
def test_nobody_makes_or_gives_a_role_above_their_own_rights(cast, in_acme, permission):
    role = services.create_role(cast.ana.actor, name="reader", permissions=[permission])

    for act in (
        lambda: services.create_role(admin(cast), name="mine", permissions=[permission]),
        lambda: services.update_role(admin(cast), role_id=role.id, permissions=["people.invite"]),
        lambda: services.give_role(admin(cast), role_id=role.id, user_id=cast.bo.id),
        lambda: services.delete_role(admin(cast), role_id=role.id),
    ):
        with pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.code == "above_own_rights"

    assert CustomRole.objects.count() == 1
    assert granted(cast.bo) is None


def test_nobody_gives_a_role_to_themselves(cast, auditor):
    with pytest.raises(Forbidden) as refusal:
        services.give_role(admin(cast), role_id=auditor.id, user_id=cast.cy.id)

    assert refusal.value.code == "own_rights"
    assert RoleAssignment.objects.count() == 0


def test_members_manage_no_roles(cast, auditor):
    for act in (
        lambda: services.create_role(cast.bo.actor, name="x", permissions=["files.upload"]),
        lambda: services.give_role(cast.bo.actor, role_id=auditor.id, user_id=cast.cy.id),
        lambda: selectors.roles(cast.bo.actor),
    ):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize("names", [[], ["people.eat"], ["owners.manage"]])
def test_only_named_permissions_make_a_role_and_none_makes_owners(cast, in_acme, names):
    with pytest.raises(Invalid) as refusal:
        services.create_role(cast.ana.actor, name="x", permissions=names)

    assert [error.field for error in refusal.value.errors] == ["permissions"]


def test_a_role_over_one_group_reaches_it_and_what_is_within_it(cast, in_acme):
    inner = groups.create_group(cast.ana.actor, name="inner")
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[inner.id])
    )
    other = groups.create_group(cast.ana.actor, name="other")
    lead = services.create_role(
        cast.ana.actor, name="lead", permissions=["groups.manage", "console.open"]
    )
    services.give_role(cast.ana.actor, role_id=lead.id, user_id=cast.bo.id, over_group_id=outer.id)

    assert granted(cast.bo) == ["console.open"]
    assert [may_manage(cast.bo.actor, g.id) for g in (outer, inner, other)] == [True, True, False]
    groups.add_members(cast.bo.actor, group_id=inner.id, members=Members.of([cast.cy.id]))
    with pytest.raises(Forbidden):
        groups.add_members(cast.bo.actor, group_id=other.id, members=Members.of([cast.cy.id]))
    with pytest.raises(Forbidden):
        groups.create_group(cast.bo.actor, name="mine")

    page = cast.bo.client.get("/admin/accounts/group/")
    assert page.status_code == 200
    assert "inner" in page.text
    assert "other" not in page.text
    assert cast.bo.client.get("/admin/accounts/user/").status_code == 403


def test_a_role_is_given_once_and_its_name_is_taken_once(cast, auditor):
    rows = {
        services.give_role(cast.ana.actor, role_id=auditor.id, user_id=cast.bo.id).id
        for _ in range(2)
    }

    assert len(rows) == 1
    with pytest.raises(Conflict):
        services.create_role(cast.ana.actor, name="AUDITOR", permissions=["audit.read"])


def test_over_rest(cast):
    ana = call(cast.ana.api)
    made = ana.post("/roles", {"name": "Helper", "permissions": ["people.invite"]})
    given = ana.post(f"/roles/{made.body['id']}/assignments", {"user_id": str(cast.bo.id)})

    assert (made.status, given.status) == (201, 201)
    assert made.body in ana.get("/roles").items
    assert ana.get(f"/roles/{made.body['id']}/assignments").items == [given.body]
    assert ana.delete(f"/assignments/{given.body['id']}").status == 204
    assert ana.patch(f"/roles/{made.body['id']}", {"name": "H"}).body["name"] == "H"
    assert ana.delete(f"/roles/{made.body['id']}").status == 204
    assert call(cast.bo.api).get("/roles").problem == (403, "forbidden")


def test_in_the_console(cast, in_acme):
    answer = cast.ana.client.post(
        "/admin/accounts/customrole/add/",
        {"name": "Helper", "description": "", "permissions": ["people.invite"]},
    )
    assert answer.status_code == 302
    role = CustomRole.objects.get(name="Helper")

    twice = cast.ana.client.post(
        "/admin/accounts/customrole/add/",
        {"name": "helper", "description": "", "permissions": ["people.invite"]},
    )
    assert "There is already a role with this name." in twice.text

    cast.ana.client.post(
        "/admin/accounts/roleassignment/add/", {"role": str(role.id), "user": str(cast.bo.id)}
    )
    assert granted(cast.bo) == ["people.invite"]
    own = cast.ana.client.post(
        "/admin/accounts/roleassignment/add/", {"role": str(role.id), "user": str(cast.ana.id)}
    )
    assert "Let somebody else give roles to you." in own.text
    cast.ana.client.post(
        f"/admin/accounts/customrole/{role.id}/change/",
        {"name": "Helper", "description": "", "permissions": [Permission.EMOJI_MANAGE.value]},
    )
    assert granted(cast.bo) == ["emoji.manage"]
    cast.ana.client.post(f"/admin/accounts/customrole/{role.id}/delete/", {"post": "yes"})
    assert granted(cast.bo) is None


def test_by_command(cast, in_acme):
    group = groups.create_group(cast.ana.actor, name="Desk", members=Members.of([cast.cy.id]))
    call_command(
        "create_role", tenant="acme", name="Helpdesk", permissions="people.invite, console.open"
    )

    call_command("give_role", tenant="acme", role="helpdesk", user="bo@acme.example")
    call_command("give_role", tenant="acme", role="Helpdesk", group=group.name)

    assert granted(cast.bo) == granted(cast.cy) == ["console.open", "people.invite"]
    for wrong in ({"user": "x@y.zz"}, {"group": "none"}, {"role": "none"}, {}):
        with pytest.raises(CommandError):
            call_command("give_role", **{"tenant": "acme", "role": "Helpdesk", **wrong})
    with pytest.raises(CommandError):
        call_command("create_role", tenant="acme", name="x", permissions="people.eat")


class TestOverAChannelByItsName:
    PAGE = "/admin/accounts/roleassignment/add/"

    @pytest.fixture
    def role(self, in_acme, cast):
        return services.create_role(
            cast.ana.actor, name="keeper", permissions=["channels.manage_any"]
        )

    def give(self, person, role, holder, channel: str):
        about = {"role": str(role.id), "user": str(holder.id), "channel": channel}
        return person.client.post(self.PAGE, about)

    @pytest.mark.parametrize("name", ["Plans", "#plans", " plans "])
    def test_it_is_found_and_listed_by_its_name(self, cast, role, name):
        room = make_channel(cast.bo, name="plans", kind="private")

        assert self.give(cast.ana, role, cast.cy, name).status_code == 302

        assert RoleAssignment.objects.get().over_conversation_id == room.id
        assert "#plans" in cast.ana.client.get("/admin/accounts/roleassignment/").text
        assert 'value="plans"' in cast.ana.client.get(self.PAGE).text

    def test_no_channel_is_found_that_one_may_not_see(self, cast, role):
        make_channel(cast.bo, name="plans", kind="private")
        officer = services.create_role(
            cast.ana.actor, name="officer", permissions=["roles.manage", "console.open"]
        )
        services.give_role(cast.ana.actor, role_id=officer.id, user_id=cast.cy.id)

        page = cast.cy.client.get(self.PAGE).text
        response = self.give(cast.cy, officer, cast.eve, "plans")

        assert "plans" not in page
        assert "There is no channel with this name that you can see." in response.text
        assert RoleAssignment.objects.count() == 1

    def test_a_name_that_two_have_is_refused(self, cast, role):
        for person in (cast.bo, cast.cy):
            make_channel(person, name="plans", kind="private")

        response = self.give(cast.ana, role, cast.eve, "plans")

        assert "Several channels have this name." in response.text
        assert not RoleAssignment.objects.exists()

    def test_what_is_no_channel_is_refused_by_the_service_too(self, cast, role):
        direct = make_direct(cast.ana, cast.bo)
        for id_ in (new_id(), direct.id):
            with pytest.raises(Invalid) as refused:
                services.give_role(
                    cast.ana.actor, role_id=role.id, user_id=cast.cy.id, over_conversation_id=id_
                )
            assert refused.value.errors[0].field == "over_conversation_id"

    def test_the_list_takes_as_many_queries_for_twenty_as_for_one(
        self, cast, role, django_assert_max_num_queries
    ):
        def add(number: int) -> None:
            room = make_channel(cast.ana, name=f"room-{number}", kind="private")
            services.give_role(
                cast.ana.actor, role_id=role.id, user_id=cast.cy.id, over_conversation_id=room.id
            )

        add(0)
        cast.ana.client.get("/admin/accounts/roleassignment/")
        with CaptureQueriesContext(connection) as one:
            cast.ana.client.get("/admin/accounts/roleassignment/")
        # Counted now: the next request outside forgets what was recorded.
        asked = len(one)
        for number in range(1, 20):
            add(number)
        # What making twenty of them let go stale is asked for again here, and not counted.
        cast.ana.client.get("/admin/accounts/roleassignment/")

        with django_assert_max_num_queries(asked):
            cast.ana.client.get("/admin/accounts/roleassignment/")
