"""What holds for people holds for the apps they let in: the directory, policies, suspension."""

import string
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.invitations.services import end_overdue_guests
from accounts.mfa.models import SecondFactorPolicy
from accounts.networks.models import NetworkPolicy
from accounts.oauth.models import OAuthConnection, OAuthGrant
from accounts.people.models import User
from accounts.policies.services import change
from accounts.tasks import tidy
from accounts.tokens.models import ApiToken
from tenants.hosts import forget_hosts
from tenants.services import resume, suspend
from tests.accounts.oauth.program import CALLBACK, Program, answer_of, refused
from tests.accounts.scim.calls import PATCH, Provider
from tests.messaging.calls import call


@pytest.mark.parametrize("how", ["patch", "delete"])
def test_the_directory_takes_a_persons_apps_along(cast, crm, how):
    tokens, directory = crm.tokens(cast.bo), Provider()
    path = f"/Users/{cast.bo.id}"

    if how == "patch":
        operation = {"op": "replace", "path": "active", "value": False}
        directory.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})
    else:
        directory.send("DELETE", path)

    assert crm.me(tokens["access_token"]).status_code == 401
    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert OAuthConnection.objects.count() == 0


def test_whose_time_is_over_has_no_apps_any_more(cast, crm):
    tokens = crm.tokens(cast.bo)
    User.objects.filter(id=cast.bo.id).update(ends_at=timezone.now() - timedelta(minutes=1))

    assert end_overdue_guests() == 1

    assert crm.me(tokens["access_token"]).status_code == 401
    assert refused(crm.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_suspended_organisation_answers_nobody_and_comes_back(cast, crm):
    tokens = crm.tokens(cast.bo)
    suspend("acme")
    forget_hosts()

    assert crm.me(tokens["access_token"]).status_code == 404
    assert crm.refresh(tokens["refresh_token"]).status_code == 404
    assert crm.ask(cast.bo.client).status_code == 404
    resume("acme")
    forget_hosts()
    assert crm.refresh(tokens["refresh_token"]).status_code == 200


def test_who_lacks_the_second_factor_required_lets_nobody_in(cast, crm):
    tokens = crm.tokens(cast.bo)
    change(cast.ana.actor, SecondFactorPolicy, roles=["member"], grace_days=0)

    assert crm.ask(cast.bo.client)["Location"] == "/accounts/2fa/"
    assert crm.decide(cast.bo.client)["Location"] == "/accounts/2fa/"
    answer = crm.me(tokens["access_token"])
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")


def test_apps_are_answered_from_the_organisations_networks_alone(cast, crm):
    code = crm.code(cast.bo)
    change(cast.ana.actor, NetworkPolicy, networks=["192.0.2.0/24"])

    refusal = crm.exchange(code)
    assert (refusal.status_code, refusal["Content-Type"]) == (403, "application/problem+json")
    crm.http = Client(HTTP_HOST="acme.localhost", REMOTE_ADDR="192.0.2.7")
    assert crm.exchange(code).status_code == 200


def test_the_clock_tidies_apps_too(cast, crm):
    crm.tokens(cast.bo)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(days=2))

    tidy()

    assert ApiToken.objects.count() == 0


def test_the_consoles_tokens_are_those_that_people_made(cast, crm):
    crm.tokens(cast.bo)
    assert cast.bo.token

    page = cast.ana.client.get("/admin/accounts/apitoken/").text

    assert "1 access token" in page
    assert "CRM" not in page


def test_an_account_of_an_app_lists_no_hourly_tokens(cast, in_acme):
    app = Program(grants=["client_credentials"], redirect_uris=[])
    app.post("token", {"grant_type": "client_credentials"})

    (account,) = call(cast.ana.client).get("/service-accounts").items

    assert (account["name"], account["tokens"]) == ("CRM", [])


# Whatever is sent ---------------------------------------------------------------------------------

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["", "\x00", "%00", "read", "code", "S256", "none", "a" * 3000, "𝔘", "\u202e", "' OR 1=1 --"]
)
_NAME = st.sampled_from(
    [
        *("client_id", "client_secret", "redirect_uri", "response_type", "scope", "state"),
        *("code_challenge", "code_challenge_method", "prompt", "grant_type", "code"),
        *("code_verifier", "refresh_token", "token", "token_type_hint", "chancery_since"),
    ]
) | st.text(string.printable, max_size=10)
_quiet = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _encoded(pairs: list[tuple[str, str]]) -> str:
    from urllib.parse import urlencode

    return urlencode(pairs)


@_quiet
@given(pairs=st.lists(st.tuples(_NAME, _TEXT), max_size=12), keep=st.booleans())
def test_no_question_breaks_the_authorisation_endpoint(cast, crm, pairs, keep):
    query = f"{crm.query()}&{_encoded(pairs)}" if keep else _encoded(pairs)

    answer = cast.bo.client.get(f"/oauth/authorize?{query}")

    assert answer.status_code in {200, 302, 400}
    if "Location" in answer and answer["Location"].startswith("http"):
        assert answer["Location"].startswith(f"{CALLBACK}?")
        assert "code" not in answer_of(answer)
    assert OAuthGrant.objects.count() == 0


@_quiet
@given(
    pairs=st.lists(st.tuples(_NAME, _TEXT), max_size=12),
    path=st.sampled_from(["token", "introspect", "revoke"]),
    is_known=st.booleans(),
    raw=st.none() | st.binary(max_size=60),
)
def test_no_form_breaks_the_endpoints_for_programs(cast, crm, pairs, path, is_known, raw):
    crm.http.raise_request_exception = True
    body = _encoded([*(crm.proof().items() if is_known else ()), *pairs])
    header = {} if raw is None else {"HTTP_AUTHORIZATION": "Basic " + raw.decode("latin-1")}

    answer = crm.post(path, body if raw is None else raw.decode("latin-1"), **header)

    assert answer.status_code in {200, 400, 401, 413, 415, 429}
    if path == "token":
        assert answer.status_code != 200
    assert ApiToken.objects.count() == 0
