"""What one provider said is nothing at another, also of the same organisation and the same key."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.sso import services
from accounts.sso.models import ExternalIdentity
from tenants.context import in_tenant
from tests.accounts.sso.conftest import Door, ask, come
from tests.accounts.sso.idp import Idp
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_saml import who


@pytest.fixture
def twins(cast) -> tuple[Door, Door]:
    """The same identity provider, set up twice, as for two audiences."""
    first, second = Door(cast.ana, "first", Idp()), Door(cast.ana, "second", Idp())
    second.browser = first.browser
    return first, second


def bring(at: Door, raw: bytes, browser: Client) -> int:
    return at.come(raw, browser).status_code


def test_an_answer_to_one_provider_is_none_to_its_twin(twins):
    first, second = twins
    browser = first.browser
    asked = first.ask()
    raw = first.idp.answer(to=asked)

    assert bring(second, raw, browser) == 403
    assert who(browser) is None
    assert bring(first, raw, browser) == 302


@pytest.mark.parametrize("part", ["audience", "acs_url"])
def test_its_audience_and_recipient_are_each_their_own(twins, part):
    """As for the one provider in all but one thing."""
    first, second = twins
    setattr(second.idp, part, getattr(first.idp, part))

    assert bring(second, second.idp.answer(to=second.ask()), second.browser) == 403
    assert who(second.browser) is None


def test_what_was_asked_of_one_provider_is_not_answered_by_another(twins):
    first, second = twins
    asked = first.ask()

    assert bring(second, second.idp.answer(to=asked), second.browser) == 403
    assert who(second.browser) is None


def test_the_same_name_at_two_providers_is_two_identities(twins):
    first, second = twins
    first.sign_in()
    assert who(first.browser) == "kim@corp.example"
    other = Client(HTTP_HOST="acme.localhost")

    answer = second.come(second.idp.answer(to=second.ask(other)), other)

    assert (answer.status_code, who(other)) == (403, None), "the address is another account's"
    with in_tenant("acme"):
        assert ExternalIdentity.objects.count() == 1


def test_an_answer_counts_once_also_when_every_cache_was_emptied(twins):
    first, _second = twins
    raw = first.idp.answer(to=first.ask())
    assert bring(first, raw, first.browser) == 302
    with in_tenant("acme"):
        cache.clear()

    for browser in (first.browser, Client(HTTP_HOST="acme.localhost")):
        assert bring(first, raw, browser) == 403


def test_a_code_for_one_provider_is_not_redeemed_at_another(cast, provider, op: Op, browser):
    """Mix-up: the state, and where the code goes, are those of the provider that was asked."""
    with in_tenant("acme"):
        evil = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="evil",
            issuer="https://evil.example",
            trust={
                "client_id": "client",
                "authorization_endpoint": "https://evil.example/authorize",
                "token_endpoint": "https://evil.example/token",
                "jwks_uri": "https://evil.example/jwks",
            },
        )
        services.switch(cast.ana.actor, provider_id=evil.id, state="on")
    location = browser.get("/accounts/oidc/evil/login/")["Location"]
    (state,) = parse_qs(urlsplit(location).query)["state"]

    assert come(browser, state=state).status_code == 403
    assert "/token" not in dict(op.asked)
    assert who(browser) is None


def test_a_return_counts_once_also_when_every_cache_was_emptied(provider, op: Op, browser):
    asked = ask(browser, op)
    assert come(browser, state=asked["state"]).status_code == 302
    with in_tenant("acme"):
        cache.clear()
    browser.post("/accounts/logout/")

    assert come(browser, state=asked["state"]).status_code == 403
    assert who(browser) is None


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/%09/evil.example",
        "/accounts/../../evil.example",
        "https:///evil.example",
        "////evil.example",
    ],
)
def test_a_provider_that_starts_by_itself_leads_nowhere_else(cast, target):
    door = Door(cast.ana, "okta", Idp(), idp_initiated=True)
    response = door.post(door.idp.answer(), RelayState=target)
    assert response.status_code == 303

    ended = door.browser.get(urlsplit(door.where.acs).path + "finish/")

    assert who(door.browser) == "kim@corp.example"
    landed = ended["Location"]
    assert urlsplit(landed).netloc in ("", "acme.localhost")
    assert urlsplit(landed).scheme in ("", "http")
    assert landed.startswith("/")
    assert not landed.startswith(("//", "/\\"))
