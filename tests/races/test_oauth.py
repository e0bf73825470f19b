"""Codes, refresh tokens and shutting out, all at the same moment: nothing is had twice."""

import pytest

from accounts.oauth import services
from accounts.oauth.models import OAuthConnection, OAuthRefreshToken
from accounts.people.services import deactivate
from accounts.tokens.models import ApiToken
from tenants.context import in_tenant
from tests.accounts.oauth.program import Program
from tests.races.together import at_once, errors_in

pytestmark = pytest.mark.usefixtures("real_commits")

TIMES = 6


def good_tokens() -> int:
    with in_tenant("acme"):
        return ApiToken.objects.filter(app_id__isnull=False, revoked_at=None).count()


def test_a_code_at_once_from_many_sides_leaves_nothing(cast):
    app = Program()
    with in_tenant("acme"):
        code = app.code(cast.bo)

    answers = at_once("acme", *[lambda: app.exchange(code) for _ in range(TIMES)])

    assert errors_in(answers) == []
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (TIMES - 1)
    # Whoever had it first has nothing any more: one of them stole it.
    assert good_tokens() == 0
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert app.refresh(won.json()["refresh_token"]).status_code == 400


def test_a_refresh_token_at_once_from_many_sides_ends_its_family(cast):
    app = Program()
    with in_tenant("acme"):
        tokens = app.tokens(cast.bo)

    again = tokens["refresh_token"]
    answers = at_once("acme", *[lambda: app.refresh(again) for _ in range(TIMES)])

    assert errors_in(answers) == []
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (TIMES - 1)
    assert good_tokens() == 0
    with in_tenant("acme"):
        assert OAuthRefreshToken.objects.count() == 0


@pytest.mark.parametrize("shut", ["person", "app", "connection"])
def test_nothing_is_issued_past_a_shutting_out(cast, shut):
    app = Program()
    with in_tenant("acme"):
        codes = [app.code(cast.bo) for _ in range(3)]
        tokens = [app.tokens(cast.bo) for _ in range(2)]

    def end() -> None:
        if shut == "person":
            deactivate(cast.ana.actor, user_id=cast.bo.id)
        elif shut == "app":
            services.revoke_app(cast.ana.actor, app_id=app.id)
        else:
            services.disconnect(cast.bo.actor, app_id=app.id)

    outcomes = at_once(
        "acme",
        *[lambda code=code: app.exchange(code) for code in codes],
        end,
        *[lambda one=one: app.refresh(one["refresh_token"]) for one in tokens],
    )

    assert errors_in(outcomes) == []
    statuses = {answer.status_code for answer in outcomes if answer is not None}
    assert statuses <= {200, 400, 401}
    assert good_tokens() == 0
    with in_tenant("acme"):
        assert OAuthConnection.objects.count() == 0


def test_a_person_and_an_app_are_ended_at_once(cast):
    apps = [Program(name=f"App {number}", grants=["authorization_code"]) for number in range(3)]
    with in_tenant("acme"):
        for app in apps:
            app.tokens(cast.bo)
            app.tokens(cast.cy)

    outcomes = at_once(
        "acme",
        lambda: deactivate(cast.ana.actor, user_id=cast.bo.id),
        *[lambda app=app: services.revoke_app(cast.ana.actor, app_id=app.id) for app in apps],
        lambda: deactivate(cast.ana.actor, user_id=cast.cy.id),
    )

    assert errors_in(outcomes) == []
    assert good_tokens() == 0


def test_allowing_twice_at_once_is_one_connection(cast):
    app = Program()
    with in_tenant("acme"):
        assert cast.bo.client

    answers = at_once("acme", *[lambda: app.decide(cast.bo.client) for _ in range(4)])

    assert errors_in(answers) == []
    assert {answer.status_code for answer in answers} == {303}
    with in_tenant("acme"):
        assert OAuthConnection.objects.count() == 1
