"""Whoever opens the console in whatever role: by no form, action or id do they come to more rights.

The pages are those of the admin's own register, so that a new one is tried without a word here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client

from accounts.groups.services import create_group
from accounts.invitations.models import Invitation
from accounts.people.models import User
from accounts.policies.page import PolicyAdmin
from accounts.roles.models import CustomRole
from accounts.roles.services import create_role, give_role
from accounts.sessions.models import Session
from accounts.sso.models import IdentityProvider
from accounts.tokens.models import ApiToken
from core.permissions import Permission
from tests.messaging.places import make_channel

WORD = "a-phrase-of-words"


@pytest.fixture
def world(in_acme, cast) -> Any:
    """Roles and groups that are worth having, and people above and below."""
    ana = cast.ana.actor
    strong = create_role(
        ana, name="Strong", permissions=sorted(set(Permission) - {"owners.manage"})
    )
    admins = create_group(ana, name="Admins")
    give_role(ana, role_id=strong.id, group_id=admins.id)
    mine = create_group(ana, name="Mine")
    make_channel(cast.ana, name="leadership", kind="private")
    cast.strong, cast.admins, cast.mine = strong, admins, mine
    cast.dee.client.get("/api/v1/me")
    return cast


def persona(world: Any, who: str) -> User:
    """Bo, as somebody who opens the console."""
    bo, ana = world.bo.user, world.ana.actor
    if who in ("admin", "security", "compliance", "integration"):
        User.objects.filter(id=bo.id).update(role=who)
    elif who == "makes roles":
        may = ["console.open", "roles.manage", "groups.manage"]
        made = create_role(ana, name="Maker", permissions=may)
        give_role(ana, role_id=made.id, user_id=bo.id)
    else:
        made = create_role(ana, name="Keeper", permissions=["console.open", "groups.manage"])
        give_role(ana, role_id=made.id, user_id=bo.id, over_group_id=world.mine.id)
    return User.objects.get(id=bo.id)


PERSONAS = ["admin", "security", "integration", "makes roles", "keeps one group"]


def client_of(user: User) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def greedy(world: Any, me: User) -> Iterator[dict[str, Any]]:
    """Whatever one would write into a form in order to have more; also what is another tenant's."""
    everything = [permission.value for permission in Permission]
    common = {
        "name": "Strong",
        "slug": "strong",
        "password": WORD,
        "password1": WORD,
        "password2": WORD,
        "usable_password": "true",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "granted": everything,
        "locale": "en",
        "time_zone": "UTC",
        "permissions": everything,
        "scopes": ["read", "write", "admin", "sensitive"],
        "days": "30",
        "most_uses": "5",
        "new_role": "owner",
        "role_map-value": ["x"],
        "role_map-choice": ["owner"],
        "role_map-name": [""],
        "kind": "confidential",
        "grants": ["authorization_code", "client_credentials"],
        "redirect_uris": "https://app.example/back",
        "default_role": "owner",
        "domain": "acme.example",
        "channel": "leadership",
        "post": "yes",
        "_popup": "1",
        "_to_field": "id",
    }
    mine = {"user": me.id, "group": world.admins.id, "over_group": "", "reviewer": me.id}
    yield {**common, **mine, "role": "owner", "email": "more@acme.example"}
    yield {**common, **mine, "role": world.strong.id, "group": "", "email": me.email}
    yield {**common, "role": world.strong.id, "user": "", "group": world.mine.id}
    yield {**common, "group": world.admins.id, "user": "", "child": world.mine.id}
    yield {**common, "user": world.ana.id, "role": "owner", "email": world.ana.email}
    foreign = {"user": world.dee.id, "group": world.dee.id, "content_object": world.dee.id}
    yield {**common, **foreign, "role": world.dee.id, "provider": world.dee.id, "bot": world.dee.id}


TAILS = {User: ("change/", "password/"), IdentityProvider: ("change/", "act/", "delete/")}


def _worth_trying(world: Any, model: Any) -> list[Any]:
    if model is User:
        return [world.ana.id, world.bo.id]
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True))


def rights(user: User) -> tuple[Any, ...]:
    """What nobody with fewer rights may touch of a person."""
    return (
        user.role,
        user.permissions,
        user.is_active,
        user.password,
        user.email,
        ApiToken.objects.filter(user=user, revoked_at=None).count(),
        Session.objects.filter(user_id=user.id).count(),
    )


def pages() -> Iterator[tuple[type, str]]:
    for model, page in admin.site._registry.items():
        if not isinstance(page, PolicyAdmin):
            yield model, f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.mark.parametrize("who", PERSONAS)
def test_by_no_form_or_action_does_anybody_come_to_more(world, who):
    me = persona(world, who)
    world.ana.client.get("/api/v1/me")
    before = {user.id: (user, rights(user)) for user in User.objects.all()}
    above = [id_ for id_, (user, _) in before.items() if not user.permissions <= me.permissions]
    held = set(CustomRole.objects.values_list("id", flat=True))
    tried = 0

    for model, path in pages():
        client = client_of(User.objects.get(id=me.id))
        wishes = list(greedy(world, me))
        opens = client.get(f"{path}add/").status_code == 200
        for given in wishes if opens else wishes[:1]:
            client.post(f"{path}add/", given)
            tried += 1
        rows = [
            str(row)
            for row in model._default_manager.order_by("pk").values_list("pk", flat=True)[:4]
        ]
        page = client.get(path)
        form = page.context.get("action_form") if page.status_code == 200 else None
        for action, _words in form.fields["action"].choices if form else []:
            sent = {"action": action, ACTION_CHECKBOX_NAME: rows, "post": "yes"}
            client_of(User.objects.get(id=me.id)).post(path, sent)
            tried += 1
        client = client_of(User.objects.get(id=me.id))
        for row in _worth_trying(world, model)[: 3 if form else 1]:
            for tail in TAILS.get(model, ("change/", "delete/")):
                client.post(f"{path}{row}/{tail}", wishes[0])
                tried += 1

    assert tried > 50
    now = User.objects.get(id=me.id)
    assert now.permissions <= me.permissions
    assert now.role == me.role
    for id_ in set(above) - {me.id}:
        assert rights(User.objects.get(id=id_)) == before[id_][1], before[id_][0]
    made = CustomRole.objects.exclude(id__in=held)
    assert all(set(role.permissions) <= me.permissions for role in made)
    assert not Invitation.objects.filter(role="owner").exists()
    owners = User.objects.filter(role="owner", is_active=True)
    assert list(owners) == [world.ana.user]


@pytest.mark.parametrize(
    ("who", "table", "field", "offered"),
    [
        ("keeps one group", "groupmember", "user", {"Ana", "Bo", "Cy", "Eve"}),
        ("keeps one group", "groupmember", "group", {"Mine"}),
        ("makes roles", "roleassignment", "group", {"Admins", "Mine"}),
        ("security", "objectgrant", "user", {"Ana", "Bo", "Cy", "Eve"}),
        ("security", "roleassignment", "user", None),
        ("integration", "groupmember", "group", None),
        ("integration", "groupmember", "user", None),
        ("keeps one group", "roleassignment", "group", {"Mine"}),
    ],
)
def test_forms_offer_what_they_can_name_to_those_who_fill_them_in(
    world, who, table, field, offered
):
    client = client_of(persona(world, who))
    asked = {"app_label": "accounts", "model_name": table, "field_name": field, "term": ""}

    answer = client.get("/admin/autocomplete/", asked)

    found = {each["text"] for each in answer.json()["results"]} if offered else None
    assert (answer.status_code, found) == (200 if offered else 403, offered)


def test_who_looks_after_one_group_finds_the_console_with_its_pages_alone(world):
    client = client_of(persona(world, "keeps one group"))

    assert "console.open" in client.get("/api/v1/me").json()["permissions"]
    page = client.get("/admin/")
    shown = {each["object_name"] for app in page.context["app_list"] for each in app["models"]}
    assert shown == {"Group", "GroupMember"}
    assert "Before people join" not in page.text
