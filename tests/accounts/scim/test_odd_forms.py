"""SCIM in the forms that providers really send, and in those that nobody should."""

from typing import Any

import pytest

from accounts.people.models import User
from accounts.scim.models import ScimPerson
from tests.accounts.scim.calls import ENTERPRISE, GROUP, USER, Provider

WORK = {"value": "work@x.yz", "type": "work", "primary": True}
HOME = {"value": "home@x.yz", "type": "home"}


@pytest.fixture
def provider(cast, in_acme) -> Provider:
    return Provider()


@pytest.fixture
def zoe(provider) -> dict[str, Any]:
    return provider.person(
        emails=[WORK, HOME],
        title="Clerk",
        externalId="7",
        name={"givenName": "Zoe"},
        **{ENTERPRISE: {"manager": {"value": "m1"}}},
    )


# PATCH ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            {"op": "Add", "path": 'roles[primary eq "True"].value', "value": "x"},
            {"roles": [{"primary": True, "value": "x"}]},
        ),
        (
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+49 1"},
            {"phoneNumbers": [{"type": "mobile", "value": "+49 1"}]},
        ),
        (
            {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "DE"},
            {"addresses": [{"type": "work", "country": "DE"}]},
        ),
        (
            {"op": "REPLACE", "path": f"{USER.upper()}:Name.FamilyName", "value": "Zett"},
            {"name": {"givenName": "Zoe", "familyName": "Zett"}},
        ),
        (
            {
                "op": "Replace",
                "value": {
                    "name.familyName": "Zett",
                    'emails[type eq "work"].value': "new@x.yz",
                    f"{ENTERPRISE}:costCenter": "7",
                    ENTERPRISE: {"manager": "m2"},
                    "active": "True",
                },
            },
            {
                "name": {"givenName": "Zoe", "familyName": "Zett"},
                "emails": [WORK | {"value": "new@x.yz"}, HOME],
                ENTERPRISE: {"manager": {"value": "m2"}, "costCenter": "7"},
                "active": True,
            },
        ),
        (
            {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "m2"}},
            {ENTERPRISE: {"manager": {"value": "m2"}}},
        ),
        ({"op": "Remove", "path": f"{ENTERPRISE}:manager"}, {ENTERPRISE: None}),
        (
            {"op": "replace", "path": "emails", "value": {"value": "one@x.yz", "type": "work"}},
            {"emails": [{"value": "one@x.yz", "type": "work"}]},
        ),
        (
            {"op": "remove", "path": "emails", "value": [{"value": "home@x.yz"}]},
            {"emails": [WORK]},
        ),
        ({"op": "remove", "path": 'emails[type eq "other"]'}, {"emails": [WORK, HOME]}),
        (
            {"op": "replace", "path": 'emails[type eq "home"].primary', "value": "True"},
            {"emails": [WORK | {"primary": False}, HOME | {"primary": True}]},
        ),
        (
            {"op": "replace", "path": 'emails[type eq "home"]', "value": HOME | {"primary": True}},
            {"emails": [WORK | {"primary": False}, HOME | {"primary": True}]},
        ),
        (
            {"op": "add", "path": "emails", "value": {"value": "c@x.yz", "primary": True}},
            {"emails": [WORK | {"primary": False}, HOME, {"value": "c@x.yz", "primary": True}]},
        ),
        ({"op": "replace", "path": "title", "value": None}, {"title": None}),
        ({"op": "add", "path": "fancy", "value": {"x": [1]}}, {"title": "Clerk"}),
    ],
    ids=lambda value: str(value)[:70],
)
def test_a_patch_as_providers_send_it(provider, zoe, operation, expected):
    answer = provider.patch(f"/Users/{zoe['id']}", operation)

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert {name: body.get(name) for name in expected} == expected


def test_the_address_of_an_account_is_the_one_that_is_primary_now(provider, zoe):
    path = f"/Users/{zoe['id']}"
    provider.patch(path, {"op": "add", "path": 'emails[type eq "home"].primary', "value": True})

    assert User.objects.get(id=zoe["id"]).email == "home@x.yz"


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "add", "path": "title"}, "invalidValue"),
        ({"op": "replace"}, "invalidValue"),
        ({"op": "replace", "path": ["title"], "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "name.givenName.x", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 'emails[type eq "work"].value.x', "value": "x"}, "invalidPath"),
        ({"op": "add", "path": f"emails[{'(' * 50}type pr{')' * 50}]", "value": 1}, "invalidPath"),
        ({"op": "add", "path": "title\x00", "value": "x"}, "invalidPath"),
        ({"op": "add", "path": "schemas", "value": ["x"]}, "mutability"),
        ({"op": "add", "path": "meta.created", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "active", "value": [False]}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": {"value": False}}, "invalidValue"),
        ({"op": "replace", "value": {"title": "Boss", USER: {"title": "x"}}}, "invalidPath"),
    ],
    ids=lambda value: ascii(value)[:70],
)
def test_a_patch_that_cannot_be_is_refused_and_changes_nothing(provider, zoe, operation, scim_type):
    first = {"op": "replace", "path": "title", "value": "Boss"}

    answer = provider.patch(f"/Users/{zoe['id']}", first, operation)

    assert (answer.status_code, answer.json()["scimType"]) == (400, scim_type)
    assert User.objects.get(id=zoe["id"]).title == "Clerk"


def test_members_as_providers_send_them(provider, zoe, cast):
    group = provider.group("Team", zoe["id"])
    path, bo = f"/Groups/{group['id']}", str(cast.bo.id)

    def after(*operations: dict[str, Any]) -> set[str]:
        answer = provider.patch(path, *operations)
        assert answer.status_code == 200, answer.content
        return {member["value"] for member in answer.json().get("members", [])}

    one = {"value": bo, "display": "Bo", "$ref": None}
    assert after({"op": "Add", "path": f"{GROUP}:members", "value": one}) == {zoe["id"], bo}
    assert after({"op": "Remove", "path": "members", "value": one}) == {zoe["id"]}
    assert after({"op": "add", "path": "members", "value": [bo]}) == {zoe["id"], bo}
    either = f'members[value eq "{bo}" or value eq "{zoe["id"]}"]'
    assert after({"op": "Remove", "path": either}) == set()
    both = {"displayName": "Crew", "members": [one]}
    assert after({"op": "replace", "value": both}) == {bo}
    gone = [{"value": "rubbish"}, {"value": str(cast.dee.id)}]
    assert after({"op": "remove", "path": "members", "value": gone}) == {bo}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "displayName", "value": None},
        {"op": "replace", "path": "displayName", "value": ["x"]},
        {"op": "replace", "path": "displayName", "value": "  "},
        {"op": "replace", "path": "displayName", "value": "a\x00"},
        {"op": "replace", "value": {"displayName": None}},
        {"op": "add", "path": "members", "value": None},
        {"op": "add", "path": "members", "value": [None]},
        {"op": "add", "path": "members", "value": [5]},
        {"op": "add", "path": "members", "value": [{"value": "\x00"}]},
        {"op": "add", "path": "members", "value": [{"value": {"value": "x"}}]},
        {"op": "remove", "path": 'members[display eq "x"]'},
    ],
    ids=ascii,
)
def test_a_patch_of_a_group_that_cannot_be_is_refused(provider, operation):
    group = provider.group("Team")

    answer = provider.patch(f"/Groups/{group['id']}", operation)

    assert answer.status_code == 400
    assert provider.get(f"/Groups/{group['id']}").json()["displayName"] == "Team"


# Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["POST", "PATCH", "PUT"])
@pytest.mark.parametrize("name", ["BO@acme.example", "ana@ACME.example"])
def test_the_name_of_somebody_who_is_not_synchronised_yet_is_taken(provider, way, name):
    body = {"userName": name, "emails": [{"value": "else@x.yz"}]}
    if way == "POST":
        answer = provider.send("POST", "/Users", body)
    else:
        path = f"/Users/{provider.person('zed@x.yz')['id']}"
        operation = {"op": "replace", "path": "userName", "value": name}
        answer = (
            provider.send("PUT", path, body) if way == "PUT" else provider.patch(path, operation)
        )

    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert not ScimPerson.objects.filter(user_name__iexact=name).exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Zoe", "zOE"),
        ("zo\u00eb", "zoe\u0308"),
        ("\u00c9lodie", "e\u0301LODIE"),
        ("k", "\u212a"),
        ("zoe", "  zoe\t"),
    ],
    ids=ascii,
)
def test_two_ways_to_write_a_name_are_one_name(provider, first, second):
    made = provider.person(first)

    answer = provider.send("POST", "/Users", {"userName": second})
    found = provider.get("/Users", filter=f'userName eq "{second.strip()}"', attributes="id")

    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert [one["id"] for one in found.json()["Resources"]] == [made["id"]]


@pytest.mark.parametrize(
    "address",
    [
        "b\u043e@acme.example",
        "\uff42\uff4f@acme.example",
        "bo\u200b@acme.example",
        "bo@\u0430cme.example\u202e",
        "b\u00f6@acme.example",
    ],
    ids=ascii,
)
def test_an_address_that_looks_like_anothers_is_refused(provider, address):
    for body in ({"userName": address}, {"userName": "x", "emails": [{"value": address}]}):
        answer = provider.send("POST", "/Users", body)
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")


# Lists ------------------------------------------------------------------------------------------


def test_people_are_found_by_their_groups_and_groups_by_their_members(provider, zoe):
    inner = provider.group("Inner", zoe["id"])
    outer = provider.group("Outer", inner["id"])

    def found(kind: str, text: str) -> set[str]:
        answer = provider.get(f"/{kind}", filter=text, attributes="id")
        assert answer.status_code == 200, answer.content
        return {one["id"] for one in answer.json()["Resources"]}

    for text in (
        f'groups.value eq "{inner["id"]}"',
        f'groups eq "{inner["id"]}"',
        'groups[display sw "inn" and type eq "direct"]',
        "groups pr",
        'groups.display co "NNE"',
    ):
        assert found("Users", text) == {zoe["id"]}, text
    assert zoe["id"] not in found("Users", "not (groups pr)")
    for text in (f'members[value eq "{inner["id"]}"]', 'members.type eq "Group"'):
        assert found("Groups", text) == {outer["id"]}, text
    assert found("Groups", "members pr") == {inner["id"], outer["id"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"startIndex": -5, "count": -1}, (200, 0)),
        ({"startIndex": 0, "count": 1}, (200, 1)),
        ({"startIndex": 10**30, "count": 10**30}, (200, 0)),
        ({"startIndex": 10**20 - 1}, (200, 0)),
        ({"startIndex": "abc"}, (400, "invalidValue")),
        ({"sortBy": "nothing"}, (400, "invalidFilter")),
        ({"sortBy": "name"}, (400, "invalidFilter")),
        ({"sortBy": "(", "sortOrder": "up"}, (400, "invalidPath")),
        ({"sortBy": "emails", "sortOrder": "up"}, (400, "invalidFilter")),
        ({"filter": 'schemas eq "x"'}, (400, "invalidFilter")),
        ({"filter": "userName eq " + "9" * 3900}, (200, 0)),
        ({"filter": "userName eq true"}, (200, 0)),
        ({"filter": 'userName eq "zoe@acme.example" and not (not (title co ""))'}, (200, 1)),
        ({"filter": 'USERNAME EQ "ZOE@acme.example" AND Title PR'}, (200, 1)),
        ({"filter": f'{USER}:userName eq "zoe@ACME.example"'}, (200, 1)),
        ({"filter": f'{ENTERPRISE}:manager.value eq "m1"'}, (200, 1)),
        ({"filter": 'emails[not (type eq "work") and value sw "h"]'}, (200, 1)),
        ({"filter": 'meta.created gt "0001-01-01T00:00:00+14:00" and externalId eq "7"'}, (200, 1)),
        ({"filter": 'meta.created gt "2020-01-01T00:00:00+17:17" and externalId eq "7"'}, (200, 1)),
        ({"filter": 'title eq "\u1e9e\U0001f600"'}, (200, 0)),
        ({"filter": "(" * 3000}, (400, "invalidFilter")),
        ({"filter": "not (" * 30 + "title pr" + ")" * 30}, (400, "invalidFilter")),
        ({"attributes": ",".join(["x"] * 201)}, (400, "invalidValue")),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_lists_that_are_asked_for_oddly(provider, zoe, query, expected):
    answer = provider.get("/Users", **query)

    body = answer.json()
    told = body.get("scimType") if answer.status_code == 400 else len(body["Resources"])
    assert (answer.status_code, told) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"attributes": 5},
        {"attributes": True},
        {"attributes": {"a": 1}},
        {"excludedAttributes": 1.5},
        {"attributes": ["x"] * 201},
        {"count": True},
        {"count": [1]},
        {"startIndex": 1.5},
        {"filter": {"a": 1}},
        {"sortBy": 5},
        {"cursor": 7},
        [],
        "x",
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_search_of_wrong_types_is_refused(provider, zoe, body):
    assert provider.send("POST", "/Users/.search", body).status_code == 400


def test_any_version_will_do_for_a_star(provider, zoe):
    path = f"/Users/{zoe['id']}"

    assert provider.send("GET", path, If_None_Match="*").status_code == 304
    change = {"op": "replace", "path": "title", "value": "Boss"}
    assert provider.patch(path, change, If_Match='W/"x", "y"').status_code == 412
    assert provider.patch(path, change, If_Match="*").status_code == 200


def test_a_bulk_names_what_it_made_in_paths_and_values_and_not_in_texts(provider, zoe):
    group = provider.group("Team", zoe["id"])
    taken = f'members[value eq "{zoe["id"]}" or value eq "bulkId:u"]'
    body = {
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "u@x.yz"}},
            {
                "method": "PATCH",
                "path": f"/Groups/{group['id']}",
                "data": {
                    "Operations": [
                        {"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]},
                        {"op": "remove", "path": taken},
                    ]
                },
            },
            {
                "method": "PUT",
                "path": "/Users/bulkId:u",
                "data": {"userName": "u@x.yz", "title": "Clerk of bulkId:nobody"},
            },
            {"method": "PATCH", "path": "/Users/bulkId:nobody", "data": {}},
            {"method": "POST", "path": "/Bulk", "bulkId": "b", "data": {}},
            5,
        ],
    }

    done = provider.send("POST", "/Bulk", body).json()["Operations"]

    assert [one["status"] for one in done] == ["201", "200", "200", "409", "400", "400"]
    assert "members" not in provider.get(f"/Groups/{group['id']}").json()
    assert User.objects.get(email="u@x.yz").title == "Clerk of bulkId:nobody"
