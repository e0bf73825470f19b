"""Sensitive acts: people prove anew who they are, programs hold the scope for it."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.people.models import User
from accounts.policies.selectors import stored
from accounts.policies.values import kinds, shown
from accounts.sessions.models import Session, SessionPolicy
from accounts.signin.models import SignInPolicy
from accounts.sso.models import IdentityProvider
from accounts.tokens.services import create_token
from core.errors import Invalid
from events.models import Entry
from tenants.context import in_tenant
from tests.cast import Person


def program(person: Person, *scopes: str) -> Client:
    with in_tenant(person.tenant):
        _row, token = create_token(person.user, scopes=scopes)
    return Client(HTTP_HOST=person.host, HTTP_AUTHORIZATION=f"Bearer {token}")


def of_yesterday(person: Person) -> Client:
    """The person's browser, signed in a day ago."""
    client = person.client
    with in_tenant(person.tenant):
        for row in Session.objects.filter(user_id=person.id):
            Session.objects.filter(pk=row.pk).update(
                created_at=row.created_at.replace(year=row.created_at.year - 1)
            )
    return client


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.generic(
        method, f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json"
    )


@pytest.fixture
def provider_id(cast) -> UUID:
    with in_tenant("acme"):
        return IdentityProvider.objects.create(
            kind="saml", slug="okta", name="Okta", issuer="https://okta.example", vouched={}
        ).id


ACTS = [
    ("PATCH", "policies/session", {"values": {"idle_minutes": 60}}),
    ("PATCH", "policies/sign_in", {"values": {"requires_verified_email": True}}),
    ("PATCH", "identity-providers/{provider}", {"name": "Other"}),
    ("DELETE", "identity-providers/{provider}", None),
    ("POST", "identity-providers/{provider}/vouch", None),
    ("POST", "identity-providers/{provider}/keys", None),
    ("POST", "identity-providers/{provider}/keys/retire", None),
    ("POST", "identity-providers", {"kind": "saml", "slug": "x", "metadata": "x"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=lambda each: str(each)[:40])
def test_a_token_without_the_scope_is_refused_clearly(cast, provider_id, method, path, body):
    path = path.format(provider=provider_id)

    response = send(program(cast.ana, "read", "write", "admin"), method, path, body)

    assert (response.status_code, response.json()["code"]) == (403, "sensitive")
    assert "scope sensitive" in response.json()["detail"]
    with in_tenant("acme"):
        assert IdentityProvider.objects.get().name == "Okta"
        assert stored(SessionPolicy).version == stored(SignInPolicy).version == 0
        assert not Entry.objects.filter(type="chancery.policy.changed.v1").exists()


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=lambda each: str(each)[:40])
def test_a_token_with_the_scope_and_a_session_just_begun_are_let_through(
    cast, provider_id, method, path, body
):
    path = path.format(provider=provider_id)

    by_token = send(program(cast.ana, "admin", "sensitive"), method, path, body)

    assert by_token.status_code != 403
    with in_tenant("acme"):
        assert IdentityProvider.objects.count() == (0 if method == "DELETE" else 1)


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=lambda each: str(each)[:40])
def test_a_session_of_yesterday_has_to_confirm(cast, provider_id, method, path, body):
    response = send(of_yesterday(cast.ana), method, path.format(provider=provider_id), body)

    assert (response.status_code, response.json()["code"]) == (403, "step_up_required")


def test_a_header_does_not_make_a_session_of_yesterday_a_program(cast, provider_id):
    """Pages take no token: a header with any text is not a way round confirming."""
    client = of_yesterday(cast.ana)
    page = "/admin/accounts/sessionpolicy/"
    posted = {"idle_minutes": "60", "absolute_hours": "", "version": "0", "save": "1"}

    response = client.post(page, posted, HTTP_AUTHORIZATION="Bearer x")

    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    with in_tenant("acme"):
        assert stored(SessionPolicy).version == 0


def test_owners_are_made_in_the_console_after_confirming_and_not_by_a_token(cast):
    client = of_yesterday(cast.ana)

    asked = client.post(f"/admin/accounts/user/{cast.bo.id}/change/", {"role": "owner"})

    assert "reauthenticate" in asked["Location"]
    with in_tenant("acme"):
        assert User.objects.get(id=cast.bo.id).role == "member"
    by_token = program(cast.ana, "admin", "sensitive").post(
        f"/admin/accounts/user/{cast.bo.id}/change/", {"role": "owner"}
    )
    assert "/login/" in by_token["Location"]


@pytest.mark.parametrize("act", ["on", "vouch", "make_key"])
def test_a_provider_is_changed_in_the_console_after_confirming(cast, provider_id, act):
    client = of_yesterday(cast.ana)
    base = f"/admin/accounts/identityprovider/{provider_id}"

    for response in (
        client.post(f"{base}/act/", {"act": act}),
        client.post(f"{base}/change/", {"name": "Other"}),
        client.post(f"{base}/delete/", {"post": "yes"}),
    ):
        assert "reauthenticate" in response["Location"]
    with in_tenant("acme"):
        assert IdentityProvider.objects.get().name == "Okta"
        assert IdentityProvider.objects.get().state == "draft"


def test_a_clients_secret_is_not_put_aside_in_the_session(cast, provider_id):
    client = of_yesterday(cast.ana)
    path = f"/admin/accounts/identityprovider/{provider_id}/change/"

    client.post(path, {"name": "Other", "secret": "between us"})

    with in_tenant("acme"):
        rows = Session.objects.filter(user_id=cast.ana.id)
        kept = [row.get_decoded() for row in rows]
    assert kept
    assert "between us" not in str(kept)


def test_the_scope_is_never_an_apps(cast):
    described = Client(HTTP_HOST="acme.localhost").get("/.well-known/oauth-authorization-server")

    assert described.status_code == 200
    assert "sensitive" not in described.json()["scopes_supported"]


class TestPolicies:
    def test_all_are_listed_with_what_may_be_chosen(self, cast):
        items = cast.ana.api.get("/api/v1/policies").json()["items"]

        assert {"sign_in", "session", "second_factor", "network", "join", "file"} <= {
            one["name"] for one in items
        }
        (sign_in,) = [one for one in items if one["name"] == "sign_in"]
        (methods,) = [one for one in sign_in["fields"] if one["name"] == "methods"]
        assert (methods["is_list"], "sso" in methods["choices"]) == (True, True)
        assert sign_in["values"]["break_glass_id"] is None

    def test_who_may_change_none_sees_none(self, cast):
        assert cast.bo.api.get("/api/v1/policies").json()["items"] == []
        assert cast.bo.api.get("/api/v1/policies/sign_in").status_code == 403
        assert cast.ana.api.get("/api/v1/policies/nothing").status_code == 404

    def test_a_preview_says_it_in_words_and_stores_nothing(self, cast):
        body = {"values": {"methods": ["code"], "break_glass_id": str(cast.ana.id)}}

        found = send(cast.ana.api, "POST", "policies/sign_in/preview", body)

        assert found.status_code == 200, found.text
        assert any("Ways to sign in" in sentence for sentence in found.json()["sentences"])
        with in_tenant("acme"):
            assert stored(SignInPolicy).version == 0

    def test_a_change_is_stored_told_and_guarded_by_its_version(self, cast):
        body = {"values": {"idle_minutes": 30}, "if_version": 0}

        first = send(cast.ana.api, "PATCH", "policies/session", body)
        again = send(cast.ana.api, "PATCH", "policies/session", body)
        other = send(
            cast.ana.api, "PATCH", "policies/session", body | {"values": {"idle_minutes": 45}}
        )

        assert (first.status_code, first.json()["values"]["idle_minutes"]) == (200, 30)
        assert first.json()["version"] == 1
        assert (again.status_code, other.status_code) == (409, 409)
        with in_tenant("acme"):
            (told,) = Entry.objects.filter(type="chancery.policy.changed.v1")
            assert told.data["after"] == {"idle_minutes": 30}

    @pytest.mark.parametrize(
        ("kind", "values", "field"),
        [
            ("session", {"idle_minutes": "soon"}, "idle_minutes"),
            ("session", {"idle_minutes": 10**30}, "idle_minutes"),
            ("session", {"idle_minutes": -1}, "idle_minutes"),
            ("session", {"idle_minutes": [30]}, "idle_minutes"),
            ("session", {"idle_minutes": {}}, "idle_minutes"),
            ("session", {"version": 9}, "version"),
            ("session", {"singleton": False}, "singleton"),
            ("sign_in", {"methods": "sso"}, "methods"),
            ("sign_in", {"methods": []}, "methods"),
            ("sign_in", {"methods": [["sso"]]}, "methods"),
            ("sign_in", {"methods": [None]}, "methods"),
            ("sign_in", {"methods": ["magic"]}, "methods"),
            ("sign_in", {"break_glass_id": "x"}, "break_glass_id"),
            ("sign_in", {"requires_verified_email": "perhaps"}, "requires_verified_email"),
            ("sign_in", {"requires_verified_email": None}, "requires_verified_email"),
            ("branding", {"name": "a\x00b"}, "name"),
            ("branding", {"logo": "x" * 300_000}, "logo"),
            ("network", {"networks": ["10.0.0.0/8"]}, "networks"),
            ("network", {"networks": ["everywhere"]}, "networks"),
        ],
        ids=str,
    )
    def test_what_a_field_cannot_be_is_named(self, cast, kind, values, field):
        for method, path in (("POST", f"{kind}/preview"), ("PATCH", kind)):
            response = send(cast.ana.api, method, f"policies/{path}", {"values": values})
            assert response.status_code == 422, response.text
            assert field in response.json()["errors"][0]["field"]
        with in_tenant("acme"):
            assert not Entry.objects.filter(type="chancery.policy.changed.v1").exists()

    def test_every_policy_can_be_read_previewed_and_kept_as_it_is(self, cast):
        for name, kind in kinds().items():
            with in_tenant("acme"):
                now = shown(stored(kind))
            kept = {key: value for key, value in now.items() if key not in kind.masked}
            found = send(cast.ana.api, "POST", f"policies/{name}/preview", {"values": kept})
            assert (found.status_code, found.json()["sentences"]) == (200, []), name

    def test_by_script(self, cast, capsys):
        call_command("set_policy", "session", "--tenant", "acme", "--set", "idle_minutes=20")
        assert "idle_minutes = 20" in capsys.readouterr().out
        call_command(
            "set_policy", "session", "--tenant", "acme", "--set", "idle_minutes=60", "--preview"
        )
        with in_tenant("acme"):
            assert stored(SessionPolicy).idle_minutes == 20
        with pytest.raises((Invalid, SystemExit, Exception), match="field"):
            call_command("set_policy", "session", "--tenant", "acme", "--set", "nothing=1")
