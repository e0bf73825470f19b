"""Guessing from one address, and forms that somebody elsewhere sends: at every door there is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import PASSWORD

SIGN_IN = "/accounts/login/"
LIMITS = {"login": "600/m/ip", "login_failed": "3/m/ip,10/300s/key"}


@pytest.fixture
def few(settings, in_acme) -> None:
    """The limits of a sign-in, so low that a test reaches them."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | LIMITS
    cache.clear()


def sign_in(email: str, password: str = PASSWORD, **headers: str) -> Any:
    form = {"login": email, "password": password}
    return Client(HTTP_HOST="acme.localhost").post(SIGN_IN, form, **headers)


def test_one_password_tried_at_many_accounts_is_stopped_for_the_address(few, cast):
    """Spraying: no account is tried often enough to be noticed by itself."""
    for number in range(4):
        sign_in(f"p{number}@acme.example", "Spring2026!!", REMOTE_ADDR="192.0.2.7")

    assert sign_in(cast.bo.email, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert sign_in(cast.bo.email, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_an_address_that_somebody_claims_is_none(few, cast, settings):
    for number in range(4):
        sign_in(
            f"p{number}@acme.example",
            "Spring2026!!",
            REMOTE_ADDR="192.0.2.7",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )
    claimed = {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "198.51.100.99"}

    assert sign_in(cast.bo.email, **claimed).status_code == 200

    # As the settings set both, where a proxy of ours stands before it.
    settings.CHANCERY_BEHIND_PROXY, settings.ALLAUTH_TRUSTED_PROXY_COUNT = True, 1
    cache.clear()
    for number in range(4):
        sign_in(
            f"p{number}@acme.example",
            "Spring2026!!",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.7",
        )

    assert sign_in(cast.bo.email, HTTP_X_FORWARDED_FOR="x, 192.0.2.7").status_code == 200
    assert sign_in(cast.bo.email, HTTP_X_FORWARDED_FOR="192.0.2.7, 192.0.2.8").status_code == 302


WITHOUT_A_TOKEN = {
    # Identity providers' pages and servers: signed, and checked against what a browser asked.
    "accounts/saml/<slug:slug>/acs/",
    "accounts/saml/<slug:slug>/sls/",
    "accounts/oidc/<slug:slug>/logout/back/",
    # Programs, with a token or a secret of their own; no session counts there.
    "oauth/introspect",
    "oauth/revoke",
    "oauth/token",
    "scim/v2/",
    "scim/v2/<path:path>",
    # Parts of an upload, whose address is signed.
    "files/parts/<path:name>",
}
"""What is sent by programs and providers, from other sites, and proves itself by what is in it."""


def patterns(of: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for one in of.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        elif isinstance(one, URLPattern):
            yield path, one.callback


def test_only_these_are_sent_without_the_token_of_a_form():
    """All else is refused by Django without one; the API asks for it by itself, where a session
    is what it is called with (tests/accounts/test_requests.py).
    """
    found = {path for path, view in patterns(get_resolver()) if _is_exempt(view)}
    exempt = {path for path in found if not path.startswith("api/v1/")}

    assert exempt == WITHOUT_A_TOKEN


def _is_exempt(view: Any) -> bool:
    return bool(getattr(view, "csrf_exempt", False))
