"""What a bulk names by bulkId is made first, wherever it stands (RFC 7644, 3.7.1 and 3.7.2)."""

from itertools import permutations
from typing import Any

import pytest

from accounts.groups.models import Group
from accounts.groups.selectors import member_ids_of
from accounts.people.models import User
from accounts.scim.models import ScimPerson
from accounts.scim.planning import pruned, turns
from accounts.scim.schema import ENTERPRISE
from tests.accounts.scim.calls import Provider


@pytest.fixture
def provider(cast, in_acme) -> Provider:
    return Provider()


def person(key: str, **data: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/Users",
        "bulkId": key,
        "data": {"userName": f"{key}@x.yz", **data},
    }


def team(key: str, *members: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/Groups",
        "bulkId": key,
        "data": {
            "displayName": f"Team {key}",
            "members": [{"value": f"bulkId:{member}"} for member in members],
        },
    }


def send(provider: Any, *operations: Any, **more: Any) -> list[dict[str, Any]]:
    answer = provider.send("POST", "/Bulk", {"Operations": list(operations), **more})
    assert answer.status_code == 200
    return answer.json()["Operations"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_groups_and_their_people_may_come_in_any_order(provider, order):
    operations = [person("u"), team("inner", "u"), team("outer", "inner")]

    done = send(provider, *(operations[number] for number in order))

    assert [one["bulkId"] for one in done] == [operations[number]["bulkId"] for number in order]
    assert [one["status"] for one in done] == ["201"] * 3
    made = {one["bulkId"]: one["location"].rpartition("/")[2] for one in done}
    outer = provider.get(f"/Groups/{made['outer']}").json()
    assert [each["value"] for each in outer["members"]] == [made["inner"]]
    person_id = ScimPerson.objects.get(user_name="u@x.yz").user_id
    assert member_ids_of(Group.objects.get(name="Team inner").id) == {person_id}


def test_a_path_may_name_what_comes_later(provider):
    patch = {
        "method": "PATCH",
        "path": "/Users/bulkId:u",
        "data": {"Operations": [{"op": "replace", "path": "title", "value": "Clerk"}]},
    }

    assert [one["status"] for one in send(provider, patch, person("u"))] == ["200", "201"]
    assert User.objects.get(email="u@x.yz").title == "Clerk"


def test_people_who_manage_each_other_are_made(provider):
    one = person("a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}})
    other = person("b", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}}})

    done = send(provider, one, other)

    assert [each["status"] for each in done] == ["201", "201"]
    for each in done:
        path = each["location"].partition("/scim/v2")[2]
        assert provider.get(path).json()["meta"]["version"] == each["version"]


def test_groups_in_a_circle_are_refused_together_and_nothing_stays(provider):
    before = Group.objects.count()

    done = send(provider, team("a", "b"), team("b", "c"), team("c", "a"), person("u"))

    assert [one["status"] for one in done] == ["409", "409", "409", "201"]
    assert Group.objects.count() == before


def test_a_group_that_names_itself_is_refused_and_not_made(provider):
    (done,) = send(provider, team("a", "a"))

    assert done["status"] == "409"
    assert not Group.objects.filter(name="Team a").exists()


def test_what_names_something_that_could_not_be_made_is_refused(provider):
    nobody = {"method": "POST", "path": "/Users", "bulkId": "u", "data": {}}

    done = send(provider, team("g", "u"), nobody, team("h", "unheard"))

    assert [one["status"] for one in done] == ["409", "400", "409"]


def test_a_bulk_id_is_given_once(provider):
    again = person("u") | {"data": {"userName": "other@x.yz"}}

    assert [one["status"] for one in send(provider, person("u"), again)] == ["201", "400"]
    assert not ScimPerson.objects.filter(user_name="other@x.yz").exists()


def test_after_enough_refusals_nothing_more_is_done_and_answers_stand_in_order(provider):
    nobody = {"method": "POST", "path": "/Users", "bulkId": "x", "data": {}}

    done = send(provider, team("g", "x", "u"), person("late"), nobody, person("u"), failOnErrors=2)

    # The group waits for both it names: one is refused, the other made, and then it is refused.
    assert [(one["bulkId"], one["status"]) for one in done] == [
        ("g", "409"),
        ("x", "400"),
        ("u", "201"),
    ]
    assert not ScimPerson.objects.filter(user_name="late@x.yz").exists()


def test_a_circle_counts_as_many_refusals_as_it_has_operations(provider):
    done = send(provider, team("a", "b"), team("b", "a"), person("late"), failOnErrors=2)

    assert [one["status"] for one in done] == ["409", "409"]


def test_a_chain_of_a_thousand_is_turned_round():
    operations = [team(str(number), str(number + 1)) for number in range(999)] + [person("999")]

    assert turns(operations) == [[number] for number in reversed(range(1000))]


def test_a_circle_of_a_thousand_is_one_turn():
    operations = [team(str(number), str((number + 1) % 1000)) for number in range(1000)]

    assert turns(operations) == [list(range(1000))]


def test_what_names_nothing_stays_in_its_order():
    assert turns([person("a"), 5, None, {"method": 7}, person("b")]) == [[0], [1], [2], [3], [4]]


def test_a_reference_goes_with_what_it_is_the_value_of():
    data = {"members": [{"value": "bulkId:a", "type": "Group"}, {"value": "1"}], "x": "bulkId:a b"}

    assert pruned(data, {"a"}) == {"members": [{"value": "1"}], "x": "bulkId:a b"}
