"""Named permissions: what roles grant, and who reaches which page of the console."""

import pytest

from accounts.people.access import may_manage, roles_to_give
from accounts.people.models import RoleChoice, User
from accounts.people.services import create_user, update_person
from core.actor import Actor
from core.errors import Forbidden
from core.permissions import IN_WORDS, ROLE_PERMISSIONS, Permission, Role, known_permissions


def acting(role: Role, *granted: Permission) -> Actor:
    return Actor(tenant="acme", user_id=None, role=role, granted=frozenset(granted))


def test_every_role_and_permission_is_described():
    assert set(ROLE_PERMISSIONS) == set(Role) == {Role(value) for value in RoleChoice.values}
    assert set(IN_WORDS) == set(Permission)


def test_an_owner_may_everything_and_an_admin_all_but_owners_and_discovery():
    assert acting(Role.OWNER).permissions == frozenset(Permission)
    assert frozenset(Permission) - acting(Role.ADMIN).permissions == {
        Permission.OWNERS_MANAGE,
        Permission.DISCOVERY_READ,
    }


def test_what_the_organisations_own_roles_grant_is_added():
    helpdesk = acting(Role.MEMBER, Permission.PEOPLE_INVITE)

    assert helpdesk.may(Permission.PEOPLE_INVITE)
    assert helpdesk.may(Permission.MENTION_GROUPS)
    assert not helpdesk.may(Permission.PEOPLE_MANAGE)


def test_names_of_another_release_count_for_nothing():
    assert known_permissions(["people.invite", "people.eat"]) == {Permission.PEOPLE_INVITE}


@pytest.mark.parametrize("role", [Role.GUEST, Role.SINGLE_GUEST])
def test_both_kinds_of_guests_are_guests(role):
    assert acting(role).is_guest


@pytest.mark.parametrize(
    ("role", "may_give"),
    [
        (Role.OWNER, set(Role)),
        (Role.ADMIN, set(Role) - {Role.OWNER, Role.COMPLIANCE}),
        (Role.SECURITY, set()),
        (Role.MEMBER, set()),
    ],
)
def test_nobody_gives_a_role_with_more_rights_than_theirs(role, may_give):
    assert set(roles_to_give(acting(role))) == may_give


def test_who_looks_after_accounts_reaches_only_those_with_no_more_rights():
    helpdesk = acting(Role.MEMBER, Permission.PEOPLE_MANAGE)

    assert may_manage(helpdesk, User(role=Role.MEMBER))
    assert may_manage(helpdesk, User(role=Role.GUEST))
    assert not may_manage(helpdesk, User(role=Role.ADMIN))
    assert not may_manage(helpdesk, User(role=Role.MEMBER, granted=["audit.read"]))
    assert roles_to_give(helpdesk) == [Role.MEMBER, Role.GUEST, Role.SINGLE_GUEST, Role.BOT]


def test_a_helpdesk_does_not_make_itself_an_admin(cast, in_acme):
    helpdesk = Actor(
        tenant="acme",
        user_id=cast.bo.id,
        role=Role.MEMBER,
        granted=frozenset({Permission.PEOPLE_MANAGE}),
    )

    with pytest.raises(Forbidden):
        create_user(helpdesk, email="x@acme.example", name="X", role=Role.ADMIN)
    with pytest.raises(Forbidden):
        update_person(helpdesk, user_id=cast.ana.id, email="bo2@acme.example")

    assert not User.objects.filter(email__in=["x@acme.example", "bo2@acme.example"]).exists()


def test_the_permission_opens_its_page_of_the_console_and_no_other(cast, in_acme):
    User.objects.filter(id=cast.bo.id).update(role=Role.SECURITY)

    assert cast.bo.client.get("/admin/accounts/apitoken/").status_code == 200
    assert cast.bo.client.get("/admin/accounts/session/").status_code == 200
    assert cast.bo.client.get("/admin/accounts/user/").status_code == 403
    assert cast.bo.client.get("/admin/messaging/conversation/").status_code == 403


def test_permissions_are_told_to_their_person(cast, in_acme):
    User.objects.filter(id=cast.bo.id).update(granted=["audit.read"])

    for client in (cast.bo.client, cast.bo.api):
        assert "audit.read" in client.get("/api/v1/me").json()["permissions"]
    assert "audit.read" not in cast.cy.api.get("/api/v1/me").json()["permissions"]
