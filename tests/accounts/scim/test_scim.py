"""SCIM as Okta and Entra speak it: people, groups, and what an identity provider may never do."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups.models import Group
from accounts.groups.selectors import member_ids_of
from accounts.groups.services import create_group
from accounts.people.models import User
from accounts.roles import services as roles
from accounts.scim.models import ScimPerson, ScimRequest
from accounts.sessions.models import Session
from accounts.tokens.models import ApiToken
from accounts.tokens.services import create_token
from core.actor import Actor
from core.permissions import Role
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.scim.calls import ENTERPRISE, USER, Provider
from tests.messaging.places import journal_types


@pytest.fixture
def provider(cast, in_acme) -> Provider:
    return Provider()


def account(answer: dict) -> User:
    return User.objects.get(id=answer["id"])


# People -----------------------------------------------------------------------------------------


def test_a_person_is_made_as_okta_makes_them(provider):
    made = provider.person(
        name={"givenName": "Zoe", "familyName": "Zander"},
        emails=[{"primary": True, "value": "zoe@acme.example", "type": "work"}],
        displayName="Zoe Zander",
        locale="en-US",
        externalId="00u1",
        groups=[],
        password="never-kept-1234",
        **{ENTERPRISE: {"department": "Sales", "manager": {"value": "x"}}},
    )

    zoe = account(made)
    assert (zoe.name, zoe.email, zoe.role, zoe.is_active) == (
        "Zoe Zander",
        "zoe@acme.example",
        "member",
        True,
    )
    assert not zoe.has_usable_password()
    assert made["schemas"] == [USER, ENTERPRISE]
    assert made[ENTERPRISE] == {"department": "Sales", "manager": {"value": "x"}}
    assert "password" not in made
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{zoe.id}")
    assert "never-kept" not in ScimRequest.objects.get(method="POST").body


@pytest.mark.parametrize(
    ("body", "status", "scim_type"),
    [
        ({}, 400, "invalidValue"),
        ([], 400, "invalidValue"),
        ({"userName": "  "}, 400, "invalidValue"),
        ({"userName": "x" * 256}, 400, "invalidValue"),
        ({"userName": "a\x00"}, 400, "invalidValue"),
        ({"userName": {"a": 1}}, 400, "invalidValue"),
        ({"userName": "z", "active": "perhaps"}, 400, "invalidValue"),
        ({"userName": "z", "emails": [{"value": "no address"}]}, 400, "invalidValue"),
        ({"userName": "z", "emails": [{"value": "x@y.zz"}] * 201}, 400, "invalidValue"),
        ({"userName": "z", "name": "Zoe"}, 400, "invalidValue"),
        ({"userName": "bo@acme.example"}, 409, "uniqueness"),
        ({"userName": "z", "emails": [{"value": "BO@acme.example"}]}, 409, "uniqueness"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nobody_is_made(provider, body, status, scim_type):
    before = User.objects.count()

    answer = provider.send("POST", "/Users", body)

    assert (answer.status_code, answer.json().get("scimType")) == (status, scim_type)
    assert answer["Content-Type"] == "application/scim+json"
    assert answer.json()["status"] == str(status)
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "active", "value": [{"value": "False"}][0]["value"]},
        {"op": "replace", "path": f"{USER}:active", "value": False},
    ],
    ids=str,
)
def test_deactivating_ends_sessions_tokens_and_sockets_at_once(provider, cast, operation):
    token = create_token(cast.bo.user)[0]
    assert cast.bo.client.get("/api/v1/me").status_code == 200

    answer = provider.patch(f"/Users/{cast.bo.id}", operation)

    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert cast.bo.client.get("/api/v1/me").status_code == 401
    assert ApiToken.objects.get(id=token.id).revoked_at is not None
    assert {"session.revoked", "user.deactivated"} <= set(journal_types(cast.bo.id))

    back = provider.patch(f"/Users/{cast.bo.id}", {"op": "Add", "path": "active", "value": "True"})
    assert back.json()["active"] is True
    assert User.objects.get(id=cast.bo.id).is_active


def test_entra_patches(provider):
    made = provider.person()
    answer = provider.patch(
        f"/Users/{made['id']}",
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "z@acme.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Zett"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Law"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "b0b"},
        {"op": "Replace", "value": {"displayName": "Z", "name.givenName": "Zoe", "fancy": 1}},
    ).json()

    assert answer["emails"] == [{"type": "work", "value": "z@acme.example"}]
    assert answer["name"] == {"familyName": "Zett", "givenName": "Zoe"}
    assert answer[ENTERPRISE] == {"department": "Law", "manager": {"value": "b0b"}}
    assert (account(made).name, account(made).email) == ("Z", "z@acme.example")

    gone = provider.patch(
        f"/Users/{made['id']}",
        {"op": "Remove", "path": 'emails[type eq "work"]'},
        {"op": "remove", "path": f"{ENTERPRISE}:department"},
        {"op": "remove", "path": "title"},
    ).json()
    assert "emails" not in gone
    assert gone[ENTERPRISE] == {"manager": {"value": "b0b"}}


@pytest.mark.parametrize(
    ("operations", "scim_type"),
    [
        ([], "invalidSyntax"),
        ([{"op": "move", "path": "title"}], "invalidSyntax"),
        ([{"op": "remove"}], "noTarget"),
        ([{"op": "replace", "path": "emails[", "value": 1}], "invalidPath"),
        ([{"op": "replace", "path": 'title[x eq "1"]', "value": 1}], "invalidPath"),
        ([{"op": "replace", "path": "id", "value": "x"}], "mutability"),
        ([{"op": "add", "value": "x"}], "invalidValue"),
        ([{"op": "replace", "path": "title", "value": "x"}, {"op": "remove"}], "noTarget"),
        ([{"op": "remove", "path": "userName"}], "invalidValue"),
    ],
    ids=str,
)
def test_a_patch_is_done_whole_or_not_at_all(provider, operations, scim_type):
    made = provider.person(title="Clerk")

    answer = provider.patch(f"/Users/{made['id']}", *operations)

    assert (answer.status_code, answer.json()["scimType"]) == (400, scim_type)
    assert account(made).title == "Clerk"


def test_put_replaces_and_does_not_activate(provider):
    made = provider.person(title="Clerk", nickName="Zo")
    provider.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False})

    answer = provider.send("PUT", f"/Users/{made['id']}", {"userName": "z2@acme.example"})

    body = answer.json()
    assert (answer.status_code, body["userName"], body["active"]) == (200, "z2@acme.example", False)
    assert "nickName" not in body
    assert (account(made).email, account(made).title) == ("z2@acme.example", "")


def test_etags_keep_two_from_overwriting_each_other(provider):
    made = provider.person()
    path, version = f"/Users/{made['id']}", made["meta"]["version"]
    change = {"op": "replace", "path": "title", "value": "Clerk"}

    first = provider.patch(path, change, If_Match=version)
    second = provider.patch(path, {**change, "value": "Boss"}, If_Match=version)

    assert (first.status_code, second.status_code) == (200, 412)
    assert account(made).title == "Clerk"
    fresh = provider.get(path)
    assert fresh["ETag"] == first["ETag"] != version
    assert provider.send("GET", path, If_None_Match=fresh["ETag"]).status_code == 304


def test_deleting_shuts_out_and_the_same_person_may_come_back(provider):
    made = provider.person()
    group = provider.group("Team", made["id"])

    assert provider.send("DELETE", f"/Users/{made['id']}").status_code == 204
    assert provider.get(f"/Users/{made['id']}").status_code == 404
    assert provider.get("/Users", filter='userName eq "zoe@acme.example"').json()["Resources"] == []
    assert not account(made).is_active
    assert member_ids_of(group["id"]) == set()

    back = provider.person(title="Again")
    assert back["id"] == made["id"]
    assert account(made).is_active


# What a provider may never do -------------------------------------------------------------------


def test_rights_come_from_nothing_that_is_sent(provider):
    made = provider.person(
        roles=[{"value": "owner"}, {"value": "admin"}],
        entitlements=[{"value": "admin"}],
        role="owner",
        is_superuser=True,
        granted=["owners.manage"],
        userType="owner",
    )
    provider.patch(
        f"/Users/{made['id']}",
        {"op": "replace", "path": "roles", "value": [{"value": "owner"}]},
        {"op": "replace", "value": {"role": "owner", "is_superuser": True}},
    )

    zoe = account(made)
    assert (zoe.role, zoe.granted, zoe.is_staff) == ("member", None, False)


def test_a_role_comes_by_the_tokens_mapping_alone(cast, in_acme):
    provider = Provider(role_map={"ext": "guest", "sec": "security"}, new_role="single_guest")

    plain, guest = provider.person("a@x.yz"), provider.person("b@x.yz", roles=[{"value": "ext"}])
    officer = provider.person("c@x.yz", roles="sec")

    assert [account(one).role for one in (plain, guest, officer)] == [
        "single_guest",
        "guest",
        "security",
    ]


def test_owners_keep_their_address_and_stay_active(provider, cast):
    path = f"/Users/{cast.ana.id}"
    # Not because she is the last one.
    User.objects.filter(id=cast.bo.id).update(role=Role.OWNER)

    for operation in (
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "emails", "value": [{"value": "evil@x.yz"}]},
    ):
        assert provider.patch(path, operation).status_code == 403
    assert provider.send("DELETE", path).status_code == 403
    assert (
        provider.patch(path, {"op": "replace", "path": "title", "value": "CEO"}).status_code == 200
    )

    ana = User.objects.get(id=cast.ana.id)
    assert (ana.email, ana.is_active, ana.title) == ("ana@acme.example", True, "CEO")


def test_a_token_takes_over_nobody_who_may_do_more_than_its_maker(cast, in_acme):
    """Else a security officer could give an admin another address, and ask for a new password."""
    officer = Actor(tenant="acme", user_id=cast.bo.id, role=Role.SECURITY)
    provider = Provider(by=officer)
    abe = User.objects.create(name="Abe", email="abe@acme.example", role=Role.ADMIN)
    ours = create_group(cast.ana.actor, name="Admins")
    role = roles.create_role(cast.ana.actor, name="all", permissions=["roles.manage"])
    roles.give_role(cast.ana.actor, role_id=role.id, group_id=ours.id)
    member = {"op": "add", "path": "members", "value": [{"value": str(cast.bo.id)}]}
    path = f"/Users/{abe.id}"

    for operations in (
        [{"op": "replace", "path": "emails", "value": [{"value": "evil@x.yz"}]}],
        [{"op": "remove", "path": "emails"}, {"op": "replace", "value": {"userName": "e@x.yz"}}],
    ):
        assert provider.patch(path, *operations).status_code == 403
    assert provider.patch(f"/Groups/{ours.id}", member).status_code == 403
    abe.refresh_from_db()
    ours.refresh_from_db()
    assert (abe.email, ours.is_from_directory) == ("abe@acme.example", False)
    assert member_ids_of(ours.id) == set()

    title = {"op": "replace", "path": "title", "value": "CTO"}
    assert provider.patch(path, title).status_code == 200
    gone = {"op": "replace", "path": "active", "value": False}
    assert provider.patch(path, gone).json()["active"] is False

    of_an_owner = Provider(by=cast.ana.actor)
    moved = {"op": "replace", "path": "emails", "value": [{"value": "abe2@acme.example"}]}
    assert of_an_owner.patch(path, moved).status_code == 200
    assert of_an_owner.patch(f"/Groups/{ours.id}", member).status_code == 200


def test_who_was_signed_in_yesterday_confirms_before_connecting_a_directory(cast, in_acme):
    page = "/admin/accounts/scimtoken/add/"
    cast.ana.client.get("/api/v1/me")
    yesterday = timezone.now() - timedelta(days=1)
    Session.objects.filter(user_id=cast.ana.id).update(created_at=yesterday)

    answer = cast.ana.client.post(page, {"name": "Okta", "new_role": "guest"})

    assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
    assert not ApiToken.objects.filter(name="Okta").exists()


def test_the_token_opens_scim_of_its_organisation_and_nothing_else(provider, cast):
    def status(path: str, token: str, tenant: str = "acme") -> int:
        client = Client(HTTP_HOST=f"{tenant}.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
        return client.get(path).status_code

    assert status("/scim/v2/Users", provider.token) == 200
    assert status("/scim/v2/Users", provider.token, "globex") == 401
    assert status("/api/v1/me", provider.token) == 403
    assert status("/scim/v2/Users", cast.ana.token) == 401
    assert cast.ana.client.get("/scim/v2/Users").status_code == 401
    ApiToken.objects.filter(id=provider.row.id).update(revoked_at="2026-01-01T00:00Z")
    assert status("/scim/v2/Users", provider.token) == 401


def test_people_of_another_organisation_are_nobody(provider, cast):
    path = f"/Users/{cast.dee.id}"

    assert provider.get(path).status_code == 404
    assert provider.send("DELETE", path).status_code == 404
    group = {"displayName": "x", "members": [{"value": str(cast.dee.id)}]}
    assert provider.send("POST", "/Groups", group).status_code == 400
    with in_tenant("globex"):
        assert User.objects.get(id=cast.dee.id).is_active
        assert Group.objects.count() == 0


# Filters, sorting, pages ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('userName eq "ZOE@acme.example"', ["zoe"]),
        ('userName eq "bo@acme.example"', ["bo"]),
        ('externalId eq "7"', ["zoe"]),
        ('emails.value eq "zed@acme.example"', ["zed"]),
        ('emails[type eq "work" and value co "zed"]', ["zed"]),
        ('emails[type eq "home"]', []),
        ('name.familyName sw "Za"', ["zoe"]),
        ('userName sw "z" and active eq true', ["zoe", "zed"]),
        ('userName sw "z" and not (title eq "Clerk")', ["zed"]),
        ('(title eq "Clerk" or userName sw "zed") and active eq "true"', ["zoe", "zed"]),
        (f'{ENTERPRISE}:department eq "sales"', ["zoe"]),
        (f"{ENTERPRISE}:department pr and title pr", ["zoe"]),
        ('title ew "rk"', ["zoe"]),
        ('userName sw "z" and title eq null', ["zed"]),
        ('userName sw "z" and meta.created gt "2020-01-01T00:00:00Z"', ["zoe", "zed"]),
        ('meta.lastModified lt "2020-01-01T00:00:00Z"', []),
        ('title eq "100%"', []),
        ('title eq "\' OR 1=1 --"', []),
    ],
)
def test_filters(provider, text, names):
    provider.person(
        externalId="7",
        title="Clerk",
        name={"familyName": "Zander"},
        **{ENTERPRISE: {"department": "Sales"}},
    )
    provider.person("zed@acme.example", emails=[{"value": "zed@acme.example", "type": "work"}])

    answer = provider.get("/Users", filter=text, sortBy="meta.created")

    found = [one["userName"].partition("@")[0] for one in answer.json()["Resources"]]
    assert (answer.status_code, found) == (200, names)
    assert answer.json()["totalResults"] == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "userName",
        'userName eq "',
        "userName is 1",
        'nothing eq "x"',
        'emails.nothing eq "x"',
        "(" * 30 + 'title eq "x"' + ")" * 30,
        " or ".join(['title eq "x"'] * 101),
        'title eq "' + "x" * 5000 + '"',
        'title eq "a" b',
        "active gt true",
        'meta.created gt "yesterday"',
        'title[value eq "x"]',
        'userName eq "\\ud800"',
        '"; DROP TABLE accounts_user; --',
    ],
)
def test_filters_that_cannot_be_read_are_refused(provider, text):
    answer = provider.get("/Users", filter=text)

    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


def test_lists_are_sorted_and_paged_by_index_and_by_cursor(provider):
    for name in ("zb", "za", "zd", "zc"):
        provider.person(f"{name}@x.yz")

    def page(**query):
        answer = provider.get("/Users", filter='userName sw "z"', **query).json()
        return [one["userName"][:2] for one in answer["Resources"]], answer

    assert page(sortBy="userName")[0] == ["za", "zb", "zc", "zd"]
    assert page(sortBy="userName", sortOrder="descending")[0] == ["zd", "zc", "zb", "za"]
    names, second = page(sortBy="userName", startIndex=3, count=2)
    assert (names, second["totalResults"], second["startIndex"]) == (["zc", "zd"], 4, 3)
    assert page(count=0)[1]["totalResults"] == 4
    seen, query = [], {"cursor": "", "count": 3}
    while True:
        names, answer = page(**query)
        seen += names
        if "nextCursor" not in answer:
            break
        query["cursor"] = answer["nextCursor"]
    assert sorted(seen) == ["za", "zb", "zc", "zd"]
    assert provider.get("/Users", cursor="rubbish").json()["scimType"] == "invalidCursor"


def test_only_what_is_asked_for_is_shown(provider):
    made = provider.person(title="Clerk", name={"givenName": "Z", "familyName": "Y"})
    path = f"/Users/{made['id']}"

    assert set(provider.get(path, attributes="userName").json()) == {"schemas", "id", "userName"}
    assert provider.get(path, attributes="name.givenName").json()["name"] == {"givenName": "Z"}
    assert "title" not in provider.get(path, excludedAttributes="title").json()
    assert provider.get(path, attributes="a", excludedAttributes="b").status_code == 400


# Groups -----------------------------------------------------------------------------------------


def test_groups_as_entra_and_okta_change_them(provider):
    one, two, three = (provider.person(f"{n}@x.yz")["id"] for n in ("a", "b", "c"))
    group = provider.group("Team", one)
    path = f"/Groups/{group['id']}"

    def members() -> set[str]:
        listed = provider.get(path).json().get("members", [])
        return {member["value"] for member in listed}

    provider.patch(
        path, {"op": "Add", "path": "members", "value": [{"value": two}, {"value": three}]}
    )
    assert members() == {one, two, three}
    provider.patch(path, {"op": "Remove", "path": "members", "value": [{"value": two}]})
    assert members() == {one, three}
    provider.patch(path, {"op": "remove", "path": f'members[value eq "{three}"]'})
    assert members() == {one}
    provider.patch(path, {"op": "replace", "value": {"id": group["id"], "displayName": "Crew"}})
    assert Group.objects.get().name == "Crew"
    provider.patch(path, {"op": "replace", "path": "members", "value": [{"value": two}]})
    assert members() == {two}
    provider.patch(path, {"op": "remove", "path": "members"})
    assert members() == set()
    provider.send("PUT", path, {"displayName": "Team", "members": [{"value": one}]})
    assert members() == {one}
    assert "members" not in provider.get(path, excludedAttributes="members").json()
    assert provider.get(f"/Users/{one}").json()["groups"][0]["display"] == "Team"
    found = provider.get("/Groups", filter=f'members.value eq "{one}"', attributes="displayName")
    assert [g["displayName"] for g in found.json()["Resources"]] == ["Team"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_external_id_that_is_too_long_is_refused(provider, method):
    path = "/Groups" if method == "POST" else f"/Groups/{provider.group('Team')['id']}"
    body = {"displayName": "Crew", "externalId": "x" * 256}
    if method == "PATCH":
        body = {"Operations": [{"op": "replace", "value": body}]}

    answer = provider.send(method, path, body)

    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert not Group.objects.filter(name="Crew").exists()


def test_groups_hold_groups_but_not_in_a_circle(provider):
    inner = provider.group("inner")
    outer = provider.group("outer", inner["id"])

    assert outer["members"][0]["type"] == "Group"
    answer = provider.patch(
        f"/Groups/{inner['id']}",
        {"op": "add", "path": "members", "value": [{"value": outer["id"]}]},
    )
    assert answer.status_code == 409


def test_a_role_given_to_a_group_comes_and_goes_with_the_directory(provider, cast):
    made = provider.person()
    group = provider.group("Auditors")
    role = roles.create_role(cast.ana.actor, name="auditor", permissions=["audit.read"])
    roles.give_role(cast.ana.actor, role_id=role.id, group_id=group["id"])
    member = {"path": "members", "value": [{"value": made["id"]}]}

    provider.patch(f"/Groups/{group['id']}", {"op": "add", **member})
    assert account(made).granted == ["audit.read"]
    provider.patch(f"/Groups/{group['id']}", {"op": "remove", **member})
    assert account(made).granted is None


def test_a_group_of_ours_is_the_directorys_once_it_changes_it(provider, cast):
    ours = create_group(cast.ana.actor, name="Ours")
    provider.patch(f"/Groups/{ours.id}", {"op": "replace", "path": "externalId", "value": "7"})

    ours.refresh_from_db()
    assert (ours.is_from_directory, ours.external_id) == (True, "7")
    assert provider.send("DELETE", f"/Groups/{ours.id}").status_code == 204
    assert Group.objects.count() == 0


@pytest.mark.parametrize("depth", [300, 1000])
@pytest.mark.parametrize("where", ["User", "Group", "PATCH", "Bulk"])
def test_what_is_nested_without_end_is_refused(provider, where, depth):
    deep = "[" * depth + "]" * depth
    method, path, body = {
        "User": ("POST", "/Users", '{"userName": "z", "active": %s}'),
        "Group": ("POST", "/Groups", '{"displayName": "z", "members": [{"value": %s}]}'),
        "PATCH": ("PATCH", f"/Users/{provider.person()['id']}", '{"Operations": [{"op": %s}]}'),
        "Bulk": ("POST", "/Bulk", '{"Operations": [{"method": "POST", "data": %s}]}'),
    }[where]

    answer = provider.send_raw(method, path, (body % deep).encode())

    assert answer.status_code == 400, answer.content
    assert ScimRequest.objects.latest("id").status == 400


# Bulk, discovery, log ---------------------------------------------------------------------------


def test_bulk_makes_people_and_the_group_they_are_in(provider):
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "failOnErrors": 2,
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "a@x.yz"}},
            {"method": "POST", "path": "/Users", "bulkId": "v", "data": {}},
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": "g",
                "data": {"displayName": "Team", "members": [{"value": "bulkId:u"}]},
            },
            {"method": "DELETE", "path": "/Users/bulkId:none"},
            {"method": "POST", "path": "/Users", "bulkId": "w", "data": {"userName": "late@x.yz"}},
        ],
    }

    answer = provider.send("POST", "/Bulk", body).json()

    assert [one["status"] for one in answer["Operations"]] == ["201", "400", "201", "409"]
    person = ScimPerson.objects.get(user_name="a@x.yz")
    assert member_ids_of(Group.objects.get(name="Team").id) == {person.user_id}
    assert not ScimPerson.objects.filter(user_name="late@x.yz").exists()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ServiceProviderConfig", 200),
        ("GET", "/ResourceTypes/User", 200),
        ("GET", f"/Schemas/{ENTERPRISE}", 200),
        ("POST", "/Schemas", 405),
        ("DELETE", "/Users", 405),
        ("GET", "/Nothing", 404),
        ("GET", "/Users/x", 404),
        ("GET", "/Users/x/y", 404),
        ("GET", "/Me", 501),
        ("POST", "/Users", 400),
    ],
)
def test_addresses(provider, method, path, status):
    assert provider.send(method, path).status_code == status


def test_the_log_shows_what_came_and_hides_secrets(provider, cast):
    made = provider.person(password="hunter2-hunter2")
    provider.patch(f"/Users/{made['id']}", {"op": "replace", "path": "password", "value": "s3cret"})
    provider.get("/Users", filter="rubbish")

    rows = list(ScimRequest.objects.order_by("id"))
    assert [(row.method, row.status) for row in rows] == [
        ("POST", 201),
        ("PATCH", 200),
        ("GET", 400),
    ]
    assert "hunter2" not in rows[0].body
    assert "s3cret" not in rows[1].body
    assert rows[2].detail
    page = cast.ana.client.get("/admin/accounts/scimrequest/")
    assert page.status_code == 200
    assert "/scim/v2/Users" in page.text


def test_every_change_is_in_the_journal_with_before_and_after(provider):
    made = provider.person()
    provider.patch(f"/Users/{made['id']}", {"op": "replace", "path": "active", "value": False})

    rows = Entry.objects.filter(type="chancery.directory.synced.v1")
    added, changed = rows.order_by("seq")
    assert added.data["act"] == "added"
    assert (changed.data["before"], changed.data["after"]) == (
        {"active": True, "role": "member"},
        {"active": False, "role": "member"},
    )
    assert changed.data["changed"] == ["active"]
    assert changed.actor_id == provider.row.user_id


def test_the_console_makes_a_token_that_works_and_shows_it_once(cast, in_acme):
    page = cast.ana.client.post(
        "/admin/accounts/scimtoken/add/", {"name": "Okta", "new_role": "guest"}, follow=True
    )

    (token,) = set(re.findall(r"chy_[\w-]{40,}", page.text))
    client = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get("/scim/v2/Users").status_code == 200
    assert token not in cast.ana.client.get("/admin/accounts/scimtoken/").text
    row = ApiToken.objects.get(name="Okta")
    assert row.user.role == Role.BOT
    cast.ana.client.post(
        "/admin/accounts/scimtoken/", {"action": "revoke", "_selected_action": [str(row.id)]}
    )
    assert client.get("/scim/v2/Users").status_code == 401
    assert cast.bo.client.get("/admin/accounts/scimtoken/", follow=True).status_code == 403


@pytest.mark.parametrize("op", ["add", "remove", "replace"])
def test_a_patch_of_a_hundred_takes_as_many_queries_as_one_of_ten(provider, cast, op, monkeypatch):
    """Everybody is told in their own stream: in one statement, not in one for each."""
    # Every now and then the log of requests is trimmed, too.
    monkeypatch.setattr("accounts.scim.log._TRIM_EVERY", 2**130)
    people = [User(email=f"p{number}@x.yz", name=f"P {number}") for number in range(110)]
    with in_tenant("acme"):
        User.objects.bulk_create(people)
        few, many = ([str(one.id) for one in some] for some in (people[:10], people[10:]))
        counted = {}
        for name, ids in (("few", few), ("many", many)):
            group = provider.group(name, *(ids if op == "remove" else []))
            role = roles.create_role(cast.ana.actor, name=name, permissions=["audit.read"])
            roles.give_role(cast.ana.actor, role_id=role.id, group_id=group["id"])
            operation = {"op": op, "path": "members", "value": [{"value": id_} for id_ in ids]}
            with CaptureQueriesContext(connection) as counted[name]:
                assert provider.patch(f"/Groups/{group['id']}", operation).status_code < 300
            has_it = User.objects.filter(id__in=ids, granted=["audit.read"]).count()
            assert has_it == (0 if op == "remove" else len(ids))

    assert len(counted["many"]) == len(counted["few"])
    assert len(counted["many"]) < 40
