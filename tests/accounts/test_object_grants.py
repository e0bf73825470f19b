"""Who was granted one provider or service account looks after that one, and nothing else."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.actors import actor_for
from accounts.grants import selectors, services
from accounts.groups import services as groups
from accounts.groups.services import Members
from accounts.people.models import User
from accounts.sso import services as sso
from accounts.sso.models import IdentityProvider, ProviderPersonGrant
from accounts.tokens import services as tokens
from accounts.tokens.models import ApiToken
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotFound
from core.ids import new_id
from core.permissions import Permission
from events.models import Entry
from tenants.context import in_tenant
from tests.cast import Person
from tests.races.together import at_once, errors_in


def provider_of(person: Person, slug: str) -> IdentityProvider:
    return sso.add_provider(
        person.actor,
        kind="oidc",
        slug=slug,
        issuer=f"https://{slug}.example",
        trust={
            "client_id": "us",
            **{
                name: f"https://{slug}.example/{name}"
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            },
        },
    )


@pytest.fixture
def okta(cast, in_acme, settings) -> IdentityProvider:
    settings.CHANCERY_LOCAL_PROVIDERS = True
    return provider_of(cast.ana, "okta")


@pytest.fixture
def other(cast, in_acme) -> IdentityProvider:
    return provider_of(cast.ana, "other")


@pytest.fixture
def robot(cast, in_acme) -> User:
    row, _token = tokens.create_service_account(cast.ana.actor, name="Robot", scopes=["read"])
    return User.objects.get(id=row.user_id)


@pytest.fixture
def spare(cast, in_acme) -> User:
    row, _token = tokens.create_service_account(cast.ana.actor, name="Spare", scopes=["read"])
    return User.objects.get(id=row.user_id)


def post(person: Person, path: str, body: dict[str, str]) -> Any:
    return person.api.post(path, body, content_type="application/json")


def now(person: Person) -> Actor:
    """The person with the rights they have at this moment."""
    return actor_for(User.objects.get(id=person.id))


def happened() -> list[str]:
    rows = Entry.objects.filter(type__startswith="chancery.object_grant.").order_by("id")
    return [row.type.removeprefix("chancery.object_grant.") for row in rows]


def test_a_person_looks_after_the_one_they_were_granted(cast, okta, other):
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)

    bo = now(cast.bo)
    assert sso.change_provider(bo, provider_id=okta.id, name="Okta").name == "Okta"
    assert bo.may(Permission.CONSOLE_OPEN)
    with pytest.raises(NotFound):
        sso.change_provider(bo, provider_id=other.id, name="Mine")
    with pytest.raises(Forbidden):
        sso.remove_provider(bo, provider_id=okta.id)
    with pytest.raises(Forbidden):
        provider_of(cast.bo, "third")
    assert happened() == ["given.v1"]


def test_taking_it_back_is_at_once_and_closes_the_console(cast, okta):
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)
    assert services.take_grant(
        cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id
    )
    again = services.take_grant(
        cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id
    )

    assert not again
    bo = now(cast.bo)
    assert not bo.may(Permission.CONSOLE_OPEN)
    with pytest.raises(Forbidden):
        sso.change_provider(bo, provider_id=okta.id, name="Mine")
    assert happened() == ["given.v1", "taken.v1"]


def test_a_group_within_a_group_brings_it_and_leaving_loses_it(cast, okta, robot):
    inner = groups.create_group(cast.ana.actor, name="inner")
    outer = groups.create_group(
        cast.ana.actor, name="outer", members=Members.of(children=[inner.id])
    )
    for kind, id_ in (("provider", okta.id), ("bot", robot.id)):
        services.grant(cast.ana.actor, kind=kind, object_id=id_, group_id=outer.id)

    groups.add_members(cast.ana.actor, group_id=inner.id, members=Members.of([cast.cy.id]))
    cy = now(cast.cy)
    assert cy.may(Permission.CONSOLE_OPEN)
    assert sso.change_provider(cy, provider_id=okta.id, name="Okta").name == "Okta"
    tokens.create_service_token(cy, user_id=robot.id, name="second", scopes=["read"])

    groups.remove_members(cast.ana.actor, group_id=inner.id, members=Members.of([cast.cy.id]))
    cy = now(cast.cy)
    assert not cy.may(Permission.CONSOLE_OPEN)
    with pytest.raises(Forbidden):
        sso.change_provider(cy, provider_id=okta.id, name="Mine")
    with pytest.raises(Forbidden):
        tokens.create_service_token(cy, user_id=robot.id, name="third", scopes=["read"])


def test_deleting_the_group_loses_it(cast, okta):
    group = groups.create_group(cast.ana.actor, name="g", members=Members.of([cast.cy.id]))
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, group_id=group.id)
    assert now(cast.cy).may(Permission.CONSOLE_OPEN)

    groups.delete_group(cast.ana.actor, group_id=group.id)

    assert not now(cast.cy).may(Permission.CONSOLE_OPEN)


def test_who_changes_a_provider_vouches_with_their_own_rights_only(cast, okta):
    """A grant is no way to let a provider sign an owner in."""
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)

    changed = sso.change_provider(
        now(cast.bo), provider_id=okta.id, options={"creates_people": False}
    )

    assert changed.vouched["role"] == "member"
    with pytest.raises(Forbidden):
        sso.change_provider(
            now(cast.bo), provider_id=okta.id, grants=[{"value": "all", "role": "admin"}]
        )


def test_a_service_accounts_tokens_are_made_and_ended_by_who_looks_after_it(cast, robot, spare):
    services.grant(cast.ana.actor, kind="bot", object_id=robot.id, user_id=cast.bo.id)
    bo = now(cast.bo)

    made, _token = tokens.create_service_token(bo, user_id=robot.id, name="new", scopes=["read"])
    for token in ApiToken.objects.filter(user=robot):
        tokens.revoke_token(bo, token_id=token.id)

    assert not ApiToken.objects.filter(user=robot, revoked_at=None).exists()
    with pytest.raises(NotFound):
        tokens.create_service_token(bo, user_id=spare.id, name="new", scopes=["read"])
    with pytest.raises(NotFound):
        tokens.revoke_token(bo, token_id=ApiToken.objects.get(user=spare).id)
    with pytest.raises(Forbidden):
        tokens.end_service_account(bo, user_id=robot.id)
    with pytest.raises(Forbidden):
        tokens.create_service_account(bo, name="mine", scopes=["read"])
    assert made.user_id == robot.id


def test_a_person_is_no_service_account(cast, in_acme):
    """Otherwise a grant of an account would be a way to act as its person."""
    with pytest.raises(NotFound):
        services.grant(cast.ana.actor, kind="bot", object_id=cast.cy.id, user_id=cast.bo.id)


@pytest.mark.parametrize("person", ["bo", "cy", "eve"])
def test_only_who_looks_after_all_grants_one(cast, okta, person):
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)
    someone = now(getattr(cast, person))

    for act in (services.grant, services.take_grant):
        with pytest.raises(Forbidden):
            act(someone, kind="provider", object_id=okta.id, user_id=cast.cy.id)
    with pytest.raises(Forbidden):
        selectors.grants_of(someone, "provider", okta.id)
    assert ProviderPersonGrant.objects.count() == 1


@pytest.mark.parametrize(
    "holder",
    [{}, {"user_id": new_id()}, {"group_id": new_id()}, "both"],
    ids=["nobody", "unknown person", "unknown group", "both"],
)
def test_nobody_known_is_granted_nothing(cast, okta, holder):
    named = {"user_id": cast.bo.id, "group_id": new_id()} if holder == "both" else holder
    with pytest.raises(Invalid):
        services.grant(cast.ana.actor, kind="provider", object_id=okta.id, **named)


def test_granting_twice_is_once(cast, okta):
    first = services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)
    second = services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)

    assert (first, second) == (True, False)
    assert happened() == ["given.v1"]


def test_who_joins_while_a_group_is_granted_is_not_missed(real_commits, cast, settings):
    settings.CHANCERY_LOCAL_PROVIDERS = True
    with in_tenant("acme"):
        okta = provider_of(cast.ana, "okta")
        group = groups.create_group(cast.ana.actor, name="g")
    members = Members.of([cast.cy.id])

    outcomes = at_once(
        "acme",
        lambda: services.grant(
            cast.ana.actor, kind="provider", object_id=okta.id, group_id=group.id
        ),
        lambda: groups.add_members(cast.ana.actor, group_id=group.id, members=members),
    )

    assert errors_in(outcomes) == []

    with in_tenant("acme"):
        assert now(cast.cy).may(Permission.CONSOLE_OPEN)


class TestOverRest:
    def test_the_grants_are_given_listed_and_taken(self, cast, okta):
        path = f"/api/v1/grants/provider/{okta.id}"

        given = post(cast.ana, path, {"user_id": str(cast.bo.id)})
        assert given.status_code == 201
        assert given.json()["items"] == [
            {"user_id": str(cast.bo.id), "group_id": None, "name": "Bo"}
        ]
        assert cast.ana.api.get(path).json() == given.json()
        taken = cast.ana.api.delete(f"{path}/people/{cast.bo.id}")
        assert (taken.status_code, cast.ana.api.get(path).json()["items"]) == (204, [])

    def test_lists_are_trimmed_to_what_was_granted(self, cast, okta, other, robot, spare):
        services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)
        services.grant(cast.ana.actor, kind="bot", object_id=robot.id, user_id=cast.bo.id)

        for path, id_ in (("identity-providers", okta.id), ("service-accounts", robot.id)):
            mine = cast.bo.api.get(f"/api/v1/{path}").json()["items"]
            assert [one["id"] for one in mine] == [str(id_)]
            assert cast.cy.api.get(f"/api/v1/{path}").status_code == 403
        assert cast.bo.api.get(f"/api/v1/identity-providers/{okta.id}").status_code == 200
        assert cast.bo.api.get(f"/api/v1/identity-providers/{other.id}").status_code == 404

    @pytest.mark.parametrize("kind", ["webhook", "%00", "channels", "😀"])
    def test_what_there_is_not_cannot_be_granted(self, cast, okta, kind):
        response = post(cast.ana, f"/api/v1/grants/{kind}/{okta.id}", {"user_id": str(cast.bo.id)})
        assert response.status_code == 404

    def test_a_channel_is_granted_by_its_own_rules(self, cast, in_acme):
        from tests.messaging.places import make_channel, make_direct

        room = make_channel(cast.bo, name="room", kind="private")
        direct = make_direct(cast.bo, cast.cy)
        body = {"user_id": str(cast.cy.id)}

        good = post(cast.ana, f"/api/v1/grants/channel/{room.id}", body)
        bad = post(cast.ana, f"/api/v1/grants/channel/{direct.id}", body)

        assert (good.status_code, bad.status_code) == (201, 404)
        assert cast.cy.api.get(f"/api/v1/conversations/{room.id}").status_code == 200


class TestInTheConsole:
    def test_a_delegated_person_sees_that_one_alone(self, cast, okta, other, robot, spare):
        services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)
        services.grant(cast.ana.actor, kind="bot", object_id=robot.id, user_id=cast.bo.id)
        bo = cast.bo.client

        providers = bo.get("/admin/accounts/identityprovider/").text
        assert "okta" in providers
        assert "other" not in providers
        assert bo.get(f"/admin/accounts/identityprovider/{okta.id}/change/").status_code == 200
        elsewhere = bo.get(f"/admin/accounts/identityprovider/{other.id}/change/")
        assert elsewhere.status_code == 302, "as Django does with what is not there"
        acted = bo.post(f"/admin/accounts/identityprovider/{other.id}/act/", {"act": "on"})
        assert acted.status_code == 404
        assert bo.get("/admin/accounts/identityprovider/add/").status_code == 403
        removed = bo.post(f"/admin/accounts/identityprovider/{okta.id}/delete/", {"post": "yes"})
        assert removed.status_code == 403

        robots = bo.get("/admin/accounts/serviceaccount/").text
        assert "Robot" in robots
        assert "Spare" not in robots
        # Not in the whole page: two letters such as “Cy” also turn up in its random tokens.
        made = bo.get("/admin/accounts/apitoken/add/").text
        assert re.findall(r"<option [^>]*>([^<]*)", made) == ["- Select an option -", "Robot"]
        assert "Spare" not in bo.get("/admin/accounts/apitoken/").text

    @pytest.mark.parametrize(
        "page",
        [
            "identityprovider",
            "arrival",
            "domainproof",
            "scimtoken",
            "serviceaccount",
            "apitoken",
            "providerpersongrant",
            "botgroupgrant",
            "user",
            "session",
        ],
    )
    def test_the_rest_of_the_console_stays_closed(self, cast, okta, page):
        services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.bo.id)

        response = cast.bo.client.get(f"/admin/accounts/{page}/")

        assert response.status_code == (200 if page in ("identityprovider", "arrival") else 403)

    def test_an_owner_grants_and_takes_back(self, cast, okta):
        ana: Client = cast.ana.client
        add = "/admin/accounts/providerpersongrant/add/"
        assert "okta" in ana.get(add).text

        ana.post(add, {"provider": str(okta.id), "user": str(cast.bo.id)})
        row = ProviderPersonGrant.objects.get()
        page = ana.get("/admin/accounts/providerpersongrant/")

        assert row.user_id == cast.bo.id
        assert "Bo" in page.text
        ana.post(f"/admin/accounts/providerpersongrant/{row.pk}/delete/", {"post": "yes"})
        assert not ProviderPersonGrant.objects.exists()
        assert happened() == ["given.v1", "taken.v1"]


def test_a_review_lists_and_revokes_them(cast, okta, robot):
    from messaging.reviews import services as reviews

    team = groups.create_group(cast.ana.actor, name="team", members=Members.of([cast.cy.id]))
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, user_id=cast.cy.id)
    services.grant(cast.ana.actor, kind="bot", object_id=robot.id, group_id=team.id)
    review = reviews.open_review(cast.ana.actor, name="Autumn", reviewer_id=cast.bo.id)
    lines = list(review.items.order_by("label").values_list("kind", "label"))

    assert lines == [("bot_to_group", "Robot → team"), ("provider_to_person", "okta → Cy")]
    for item in review.items.all():
        reviews.decide(cast.bo.actor, review_id=review.id, item_id=item.id, decision="revoked")
    assert not now(cast.cy).may(Permission.CONSOLE_OPEN)
    assert happened() == ["given.v1", "given.v1", "taken.v1", "taken.v1"]


def test_the_explainer_answers_over_rest_and_in_the_console(cast, okta):
    team = groups.create_group(cast.ana.actor, name="team", members=Members.of([cast.cy.id]))
    services.grant(cast.ana.actor, kind="provider", object_id=okta.id, group_id=team.id)
    about = f"kind=provider&object_id={okta.id}"

    found = cast.ana.api.get(f"/api/v1/access/explanation?user_id={cast.cy.id}&{about}").json()
    none = cast.ana.api.get(f"/api/v1/access/explanation?user_id={cast.bo.id}&{about}").json()
    hidden = cast.bo.api.get(f"/api/v1/access/explanation?user_id={cast.bo.id}&{about}")
    page = cast.ana.client.get(
        "/admin/access/", {"person": cast.cy.email, "thing": f"provider:{okta.id}"}
    )

    assert found["has_access"]
    assert [[step["name"] for step in path["steps"]] for path in found["paths"]] == [
        ["team", "okta"]
    ]
    assert (none["has_access"], len(none["missing"])) == (False, 2)
    assert hidden.status_code == 404
    assert "team → okta" in page.text
