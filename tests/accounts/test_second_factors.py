"""Second factors: set up, required, proved anew before what weighs, taken away by an admin."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.mfa.models import SecondFactorPolicy
from accounts.mfa.services import end_sessions_of_laggards, reset_second_factor
from accounts.people.models import User
from accounts.policies import rows
from accounts.policies.selectors import current, forget
from accounts.policies.services import change
from accounts.sessions.models import Session, SessionPolicy
from accounts.stepup import require_recent
from core.errors import Forbidden, Refusal
from core.sealed import Unreadable
from events.models import Entry
from messaging.live.admission import Refused, admit
from tenants.context import in_tenant
from tests.cast import PASSWORD, Person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOST = {"HTTP_HOST": "acme.localhost"}


def code_now() -> str:
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


@pytest.fixture
def with_app(in_acme, cast) -> Person:
    """Bo has an authenticator app."""
    from allauth.mfa.adapter import get_adapter

    Authenticator.objects.create(
        user=cast.bo.user, type="totp", data={"secret": get_adapter().encrypt(SECRET)}
    )
    RecoveryCodes.activate(cast.bo.user)
    return cast.bo


def half_in() -> Client:
    client = Client(**HOST)
    answer = client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def handshake(client: Client):
    cookie = f"session={client.cookies['session'].value}".encode()
    origin = [(b"host", b"acme.localhost"), (b"origin", b"http://acme.localhost")]
    return admit([*origin, (b"cookie", cookie)])


def test_the_password_alone_is_half_the_way(with_app):
    client = half_in()

    assert not is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert is_in(client)


def test_a_code_is_good_once(with_app):
    code = code_now()
    half_in().post("/accounts/2fa/authenticate/", {"code": code})
    again = half_in()

    again.post("/accounts/2fa/authenticate/", {"code": code})

    assert not is_in(again)


def test_guessing_codes_is_stopped(with_app):
    client = half_in()
    for guess in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{guess:06d}"})

    client.post("/accounts/2fa/authenticate/", {"code": code_now()})

    assert not is_in(client)


def test_a_recovery_code_stands_in_once(with_app):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    first, second = half_in(), half_in()
    first.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    second.post("/accounts/2fa/authenticate/", {"code": codes[0]})

    assert (is_in(first), is_in(second)) == (True, False)


def test_secrets_lie_sealed_for_their_organisation(with_app):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    row = Authenticator.objects.get(type="totp")

    assert SECRET not in stored
    with in_tenant("globex"), pytest.raises(Unreadable):
        row.wrap().validate_code(code_now())


def test_an_app_is_set_up_on_the_page(in_acme, cast):
    client = Client(**HOST)
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    asked = client.get("/accounts/2fa/totp/activate/")
    assert "reauthenticate" in asked["Location"]
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

    waiting = client.session["mfa.totp.secret"]
    assert waiting.startswith("v1."), "sealed until it is confirmed"
    assert secret not in waiting
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert "mfa.totp.secret" not in client.session

    assert Authenticator.objects.filter(user_id=cast.bo.id, type="totp").exists()
    assert client.get("/accounts/2fa/").status_code == 200


# Required by the organisation


@pytest.fixture
def required(in_acme, cast) -> SecondFactorPolicy:
    """Of members, since longer than they have to set it up."""
    change(cast.ana.actor, SecondFactorPolicy, roles=["member"], grace_days=7)
    User.objects.update(created_at=timezone.now() - timedelta(days=90))
    policy = rows.hold(SecondFactorPolicy)
    policy.required_since = timezone.now() - timedelta(days=8)
    rows.write(policy)
    forget()
    from django.core.cache import cache

    cache.clear()
    return current(SecondFactorPolicy)


def test_while_there_is_time_nothing_changes(in_acme, cast):
    change(cast.ana.actor, SecondFactorPolicy, roles=["member"], grace_days=7)

    assert is_in(cast.bo.client)
    assert "requires a second factor from" in cast.bo.client.get("/accounts/2fa/").text


def test_after_it_pages_lead_there_and_all_else_refuses(required, cast):
    page = cast.bo.client.get("/")
    api = cast.bo.client.get("/api/v1/me")

    assert (page.status_code, page["Location"]) == (302, "/accounts/2fa/")
    assert (api.status_code, api.json()["code"]) == (403, "mfa_required")
    assert cast.bo.api.get("/api/v1/me").json()["code"] == "mfa_required"
    assert handshake(cast.bo.client) is Refused.NOT_SIGNED_IN
    assert cast.bo.client.get("/accounts/2fa/").status_code == 200
    assert is_in(cast.ana.client)
    assert handshake(cast.ana.client) is not Refused.NOT_SIGNED_IN


def test_with_a_factor_they_are_let_in_at_once(required, cast, with_app):
    assert is_in(cast.bo.client)
    assert handshake(cast.bo.client) is not Refused.NOT_SIGNED_IN


def test_the_clock_ends_sessions_from_before(required, cast):
    assert cast.bo.client
    assert cast.ana.client
    Session.objects.update(created_at=timezone.now() - timedelta(days=30))

    assert end_sessions_of_laggards() == 1

    assert list(Session.objects.values_list("user_id", flat=True)) == [cast.ana.id]


def test_a_new_demand_gives_time_anew(required, cast):
    change(cast.ana.actor, SecondFactorPolicy, roles=["member", "owner"])

    assert is_in(cast.bo.client)


# Taken away by an admin


def test_an_admin_takes_lost_factors_away(with_app, cast):
    assert with_app.client
    with pytest.raises(Refusal):
        reset_second_factor(cast.cy.actor, user_id=with_app.id)

    assert reset_second_factor(cast.ana.actor, user_id=with_app.id) == 2

    assert not Authenticator.objects.exists()
    assert not Session.objects.filter(user_id=with_app.id).exists()
    types = Entry.objects.filter(stream_id=with_app.id).values_list("type", flat=True)
    assert "chancery.second_factor.reset.v1" in types


def test_an_admin_takes_nothing_from_an_owner(in_acme, cast):
    with pytest.raises(Forbidden):
        reset_second_factor(cast.bo.actor, user_id=cast.ana.id)


# Proved anew before what weighs


def grow_old(person: Person) -> None:
    Session.objects.filter(user_id=person.id).update(created_at=timezone.now() - timedelta(hours=1))


SAVE = {"idle_minutes": "60", "absolute_hours": "", "version": "0", "save": "1"}


def test_a_policy_is_changed_after_proving_who_one_is(in_acme, cast):
    assert cast.ana.client
    grow_old(cast.ana)

    asked = cast.ana.client.post("/admin/accounts/sessionpolicy/", SAVE)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert current(SessionPolicy).idle_minutes is None
    wrong = cast.ana.client.post(asked["Location"], {"password": "not-the-password"})
    assert wrong.status_code == 200
    cast.ana.client.post(asked["Location"], {"password": PASSWORD})

    assert current(SessionPolicy).idle_minutes == 60


def test_nobody_is_made_an_owner_by_an_unlocked_screen(in_acme, cast):
    assert cast.ana.client
    grow_old(cast.ana)
    page = f"/admin/accounts/user/{cast.bo.id}/change/"

    asked = cast.ana.client.post(page, {"name": "Bo", "role": "owner", "is_active": "on"})

    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get(id=cast.bo.id).role == "member"


def request_of(client: Client):
    from django.test import RequestFactory

    request = RequestFactory().get("/", **HOST)
    request.session, request.user = client.session, None
    return request


def test_the_api_says_what_is_missing(in_acme, cast):
    assert cast.ana.client
    request = request_of(cast.ana.client)
    request.user = cast.ana.user
    require_recent(request)
    grow_old(cast.ana)

    with pytest.raises(Forbidden) as refusal:
        require_recent(request)

    assert (refusal.value.status, refusal.value.code) == (403, "step_up_required")


def test_with_a_factor_the_password_is_not_enough(with_app, cast):
    client = half_in()
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    request = request_of(client)
    request.user = cast.bo.user
    require_recent(request)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [r for r in records if r["method"] == "password"]
    request.session = session

    with pytest.raises((Forbidden, PermissionDenied)):
        require_recent(request)


def test_tokens_are_made_after_proving_who_one_is(in_acme, cast):
    assert cast.bo.client
    grow_old(cast.bo)
    body = {"name": "x", "scopes": ["read"], "days": 30}

    refused = cast.bo.client.post("/api/v1/me/tokens", body, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    cast.bo.client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    made = cast.bo.client.post("/api/v1/me/tokens", body, content_type="application/json")
    assert made.status_code == 201
