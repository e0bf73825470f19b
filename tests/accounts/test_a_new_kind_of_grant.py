"""A kind of thing that nobody thought of yet: one declaration, and it is granted like the others.

What webhooks and exports will need when they come. The kind here has tables of its own and no name,
and exists in these tests alone; docs/guides/grant-a-new-kind.md shows the same declaration.
"""

from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection, models

from accounts.actors import actor_for
from accounts.grants import kinds, selectors, services
from accounts.grants.access import reaches_any, within_reach
from accounts.grants.kinds import Grantable, grantable
from accounts.groups.models import Group
from accounts.groups.services import Members, create_group
from accounts.people.models import User
from accounts.roles import refreshing
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from core.permissions import Permission
from events.models import Entry
from messaging.explain.selectors import By, explain_object
from messaging.reviews.services import decide, open_review
from tests.accounts.scim.calls import Provider
from tests.cast import Person


class Elsewhere:
    """These tables are none of the product's: its migrations know nothing of them."""

    app_label = "accounts"
    apps = Apps()


class Hook(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    address = models.CharField(max_length=200)

    class Meta(Elsewhere):
        pass


class HookPersonGrant(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="+")

    class Meta(Elsewhere):
        pass


class HookGroupGrant(models.Model):
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="+")

    class Meta(Elsewhere):
        pass


@pytest.fixture
def hooks(cast, in_acme, monkeypatch) -> Grantable:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(refreshing, "_openers", list(refreshing._openers))
    with connection.schema_editor() as tables:
        for model in (Hook, HookPersonGrant, HookGroupGrant):
            tables.create_model(model)
    return grantable(
        Grantable(
            name="hook",
            label="webhook",
            people=HookPersonGrant,
            groups=HookGroupGrant,
            thing="hook",
            permission=Permission.INTEGRATIONS_MANAGE,
            objects=Hook.objects.all,
            title=lambda hook: hook.address,
            named_by="address",
        )
    )


@pytest.fixture
def hook(hooks) -> Hook:
    Hook.objects.create(address="https://other.example")
    return Hook.objects.create(address="https://crm.example")


def now(person: Person) -> Actor:
    """The person with the rights they have at this moment."""
    return actor_for(User.objects.get(id=person.id))


def reached(actor: Actor, kind: Grantable) -> list[str]:
    rows = Hook.objects.filter(within_reach(actor, kind)).order_by("address")
    return list(rows.values_list("address", flat=True))


def happened() -> list[str]:
    rows = Entry.objects.filter(type__startswith="chancery.object_grant.").order_by("id")
    return [row.type.removeprefix("chancery.object_grant.") for row in rows]


def test_a_person_reaches_the_one_that_was_granted_until_it_is_taken(cast, hooks, hook):
    about: dict[str, Any] = {"kind": "hook", "object_id": hook.id, "user_id": cast.bo.id}
    assert (reached(now(cast.bo), hooks), reaches_any(now(cast.bo), hooks)) == ([], False)

    assert services.grant(cast.ana.actor, **about)
    assert not services.grant(cast.ana.actor, **about)

    assert reached(now(cast.bo), hooks) == ["https://crm.example"]
    assert reaches_any(now(cast.bo), hooks)
    assert now(cast.bo).may(Permission.CONSOLE_OPEN)
    assert reached(now(cast.cy), hooks) == []
    assert reached(cast.ana.actor, hooks) == ["https://crm.example", "https://other.example"]
    assert [each.name for each in selectors.grants_of(cast.ana.actor, "hook", hook.id)] == ["Bo"]

    assert services.take_grant(cast.ana.actor, **about)

    assert reached(now(cast.bo), hooks) == []
    assert not now(cast.bo).may(Permission.CONSOLE_OPEN)
    assert happened() == ["given.v1", "taken.v1"]


def test_only_whoever_may_look_after_all_grants_one(cast, hooks, hook):
    about: dict[str, Any] = {"kind": "hook", "object_id": hook.id}
    with pytest.raises(Forbidden):
        services.grant(cast.bo.actor, **about, user_id=cast.bo.id)
    with pytest.raises(NotFound):
        services.grant(cast.ana.actor, kind="hook", object_id=new_id(), user_id=cast.bo.id)
    with pytest.raises(Invalid):
        services.grant(cast.ana.actor, **about, user_id=cast.dee.id)

    assert (HookPersonGrant.objects.count(), happened()) == (0, [])


def test_a_group_that_the_directory_fills_reaches_it_at_once_and_loses_it_at_once(
    cast, hooks, hook
):
    provider = Provider()
    inner = provider.group("Inner")
    outer = create_group(
        cast.ana.actor, name="Outer", members=Members.of(children=[Group.objects.get().id])
    )
    services.grant(cast.ana.actor, kind="hook", object_id=hook.id, group_id=outer.id)
    assert reached(now(cast.cy), hooks) == []

    path, who = f"/Groups/{inner['id']}", [{"value": str(cast.cy.id)}]
    assert provider.patch(path, {"op": "add", "path": "members", "value": who}).status_code < 300
    assert reached(now(cast.cy), hooks) == ["https://crm.example"]
    assert now(cast.cy).may(Permission.CONSOLE_OPEN)

    gone = f'members[value eq "{cast.cy.id}"]'
    assert provider.patch(path, {"op": "remove", "path": gone}).status_code < 300
    assert reached(now(cast.cy), hooks) == []
    assert not now(cast.cy).may(Permission.CONSOLE_OPEN)


def test_the_explainer_names_every_path_and_what_is_missing(cast, hooks, hook):
    def explained(person: Person) -> Any:
        return explain_object(cast.ana.actor, user_id=person.id, kind="hook", object_id=hook.id)

    nothing = explained(cast.bo)
    assert (nothing.has_access, nothing.paths, len(nothing.missing)) == (False, (), 2)

    team = create_group(cast.ana.actor, name="Team", members=Members.of([cast.bo.id]))
    services.grant(cast.ana.actor, kind="hook", object_id=hook.id, group_id=team.id)
    services.grant(cast.ana.actor, kind="hook", object_id=hook.id, user_id=cast.bo.id)

    found = explained(cast.bo)
    ways = [(path.by, [step.name for step in path.steps]) for path in found.paths]
    assert (found.has_access, found.missing) == (True, ())
    assert sorted(ways, key=lambda way: len(way[1])) == [
        (By.GRANT, ["https://crm.example"]),
        (By.GRANT, ["Team", "https://crm.example"]),
    ]
    assert explained(cast.ana).paths[0].by is By.PRODUCT_ROLE


def test_a_review_lists_its_grants_and_revoking_takes_them(cast, hooks, hook):
    team = create_group(cast.ana.actor, name="Team", members=Members.of([cast.cy.id]))
    services.grant(cast.ana.actor, kind="hook", object_id=hook.id, user_id=cast.bo.id)
    services.grant(cast.ana.actor, kind="hook", object_id=hook.id, group_id=team.id)

    review = open_review(cast.ana.actor, name="Spring", reviewer_id=cast.ana.id)

    lines = {item.kind: item for item in review.items.filter(kind__startswith="hook_")}
    assert {kind: item.label for kind, item in lines.items()} == {
        "hook_to_person": "https://crm.example → Bo",
        "hook_to_group": "https://crm.example → Team",
    }
    for item in lines.values():
        decide(cast.ana.actor, review_id=review.id, item_id=item.id, decision="revoked")
    assert (reached(now(cast.bo), hooks), reached(now(cast.cy), hooks)) == ([], [])
    assert happened() == ["given.v1", "given.v1", "taken.v1", "taken.v1"]


def test_programs_grant_it_by_the_same_operations(cast, hooks, hook):
    path = f"/api/v1/grants/hook/{hook.id}"
    body = {"user_id": str(cast.bo.id)}

    assert cast.ana.api.post(path, body, content_type="application/json").status_code == 201
    (found,) = cast.ana.api.get(path).json()["items"]
    assert found["name"] == "Bo"
    assert cast.bo.api.get(path).status_code == 403
    assert cast.ana.api.delete(f"{path}/people/{cast.bo.id}").status_code == 204
    assert cast.ana.api.get(path).json()["items"] == []
