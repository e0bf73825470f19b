"""Who may change whose account, and what ends when somebody is shut out."""

import threading

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.people import services
from accounts.people.models import User
from accounts.sessions.models import Session
from accounts.tokens.models import ApiToken
from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import new_id
from events.models import Entry
from tenants.context import in_tenant


def journal_types(user) -> list[str]:
    return list(
        Entry.objects.filter(stream_id=user.id).order_by("seq").values_list("type", flat=True)
    )


@pytest.fixture
def admin(in_acme, cast) -> Actor:
    user = User.objects.create(name="Abe", email="abe@acme.example", role=Role.ADMIN)
    return Actor(tenant="acme", user_id=user.id, role=Role.ADMIN)


def test_deactivating_somebody_ends_sessions_tokens_and_sockets_at_once(in_acme, cast):
    assert cast.bo.client.get("/api/v1/me").status_code == 200
    assert cast.bo.api.get("/api/v1/me").status_code == 200

    services.deactivate(cast.ana.actor, user_id=cast.bo.id)

    assert cast.bo.client.get("/api/v1/me").status_code == 401
    assert cast.bo.api.get("/api/v1/me").status_code == 401
    assert not Session.objects.filter(user_id=cast.bo.id).exists()
    assert ApiToken.objects.filter(user_id=cast.bo.id, revoked_at=None).count() == 0
    assert journal_types(cast.bo) == [
        "chancery.session.revoked.v1",
        "chancery.session.revoked.v1",
        "chancery.user.deactivated.v1",
    ]
    page = cast.nobody().post(
        "/accounts/login/", {"login": cast.bo.email, "password": "correct-horse-battery"}
    )
    assert "_auth_user_id" not in page.wsgi_request.session


def test_deactivating_twice_is_deactivating_once(in_acme, cast):
    services.deactivate(cast.ana.actor, user_id=cast.bo.id)
    services.deactivate(cast.ana.actor, user_id=cast.bo.id)

    assert journal_types(cast.bo) == ["chancery.user.deactivated.v1"]


def test_members_and_guests_change_nobody(in_acme, cast):
    for person in (cast.bo, cast.eve):
        with pytest.raises(Forbidden):
            services.update_person(person.actor, user_id=cast.cy.id, name="Somebody")

    assert User.objects.get(id=cast.cy.id).name == "Cy"


def test_only_owners_touch_owners(admin, cast):
    with pytest.raises(Forbidden):
        services.deactivate(admin, user_id=cast.ana.id)

    assert User.objects.get(id=cast.ana.id).is_active


def test_nobody_gives_a_role_above_their_own(admin, cast):
    with pytest.raises(Forbidden):
        services.update_person(admin, user_id=cast.bo.id, role=Role.OWNER)
    with pytest.raises(Forbidden):
        services.create_user(admin, email="x@acme.example", name="X", role=Role.OWNER)
    services.update_person(admin, user_id=cast.bo.id, role=Role.ADMIN)

    assert User.objects.get(id=cast.bo.id).role == Role.ADMIN


def test_nobody_changes_their_own_role(admin, cast):
    with pytest.raises(Forbidden):
        services.update_person(admin, user_id=admin.user_id, role=Role.MEMBER)
    with pytest.raises(Forbidden):
        services.deactivate(cast.ana.actor, user_id=cast.ana.id)


def test_an_organisation_keeps_an_owner_also_when_two_owners_act_at_once(cast, real_commits):
    with in_tenant("acme"):
        User.objects.filter(id=cast.bo.id).update(role=Role.OWNER)
    actors = [Actor("acme", cast.ana.id, Role.OWNER), Actor("acme", cast.bo.id, Role.OWNER)]
    barrier, refused = threading.Barrier(2), []

    def oust(actor: Actor, other) -> None:
        from django.db import connection

        barrier.wait()
        try:
            with in_tenant("acme"):
                services.deactivate(actor, user_id=other.id)
        except Conflict as conflict:
            refused.append(conflict)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=oust, args=(actors[0], cast.bo)),
        threading.Thread(target=oust, args=(actors[1], cast.ana)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with in_tenant("acme"):
        assert User.objects.filter(role=Role.OWNER, is_active=True).count() == 1
    assert len(refused) == 1


def test_a_taken_address_is_refused_whatever_its_case(in_acme, cast):
    with pytest.raises(Conflict):
        services.create_user(cast.ana.actor, email="BO@acme.example", name="Bo two")
    with pytest.raises(Conflict):
        services.update_person(cast.ana.actor, user_id=cast.cy.id, email="Bo@Acme.example")

    assert User.objects.count() == 4


def test_the_same_address_is_free_in_another_organisation(in_globex, cast):
    services.create_user(cast.dee.actor, email="bo@acme.example", name="Bo")

    assert User.objects.filter(email="bo@acme.example").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Bo\u202e"},
        {"name": ""},
        {"name": "x" * 121},
        {"email": "no address"},
        {"time_zone": "Mars/Olympus"},
        {"role": "emperor"},
        {"granted": ["console.open"]},
        {"password": "plain"},
    ],
)
def test_bad_values_are_refused_by_field(in_acme, cast, changes):
    with pytest.raises(Invalid) as refused:
        services.update_person(cast.ana.actor, user_id=cast.bo.id, **changes)

    assert refused.value.errors[0].field == next(iter(changes))


def test_people_elsewhere_are_not_there(in_acme, cast):
    for user_id in (cast.dee.id, new_id()):
        with pytest.raises(NotFound):
            services.update_person(cast.ana.actor, user_id=user_id, name="X")


def test_people_without_an_address_cannot_sign_in(in_acme, cast):
    services.create_user(cast.ana.actor, email=None, name="From an import")

    for login in ("", "None", "null"):
        page = Client(HTTP_HOST="acme.localhost").post(
            "/accounts/login/", {"login": login, "password": "x" * 12}
        )
        assert page.status_code == 200
        assert "_auth_user_id" not in page.wsgi_request.session


def test_the_commands_make_people_and_tokens(cast, capsys):
    call_command(
        "create_user", tenant="acme", email="Zoe@acme.example", name="Zoe", password="a-long-phrase"
    )
    call_command("create_token", tenant="acme", user="zoe@ACME.example", days=2, scopes="read")

    said, token_line = capsys.readouterr().out.splitlines()
    assert said == "Zoe <Zoe@acme.example> is member of acme"
    token = token_line.split()[-1]
    api = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/api/v1/me").json()["name"] == "Zoe"
    elsewhere = Client(HTTP_HOST="globex.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert elsewhere.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("create_user", {"tenant": "never-was", "email": "a@b.example"}, "no tenant"),
        ("create_user", {"tenant": "acme", "email": "bo@acme.example"}, "already"),
        ("create_user", {"tenant": "acme", "email": "a@b.example", "role": "king"}, "Roles are"),
        ("create_user", {"tenant": "acme", "email": "a@b.example", "password": "x"}, "too short"),
        ("create_token", {"tenant": "acme", "user": "nobody@acme.example"}, "Nobody"),
        ("create_token", {"tenant": "acme", "user": "bo@acme.example", "days": 0}, "at least one"),
        ("create_token", {"tenant": "acme", "user": "bo@acme.example", "days": 9**9}, "at most"),
        ("create_token", {"tenant": "acme", "user": "bo@acme.example", "scopes": "fly"}, "scopes"),
    ],
)
def test_the_commands_refuse_in_a_sentence(cast, command, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command(command, **options)
