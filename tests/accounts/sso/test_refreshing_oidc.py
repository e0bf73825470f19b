"""What an OpenID Connect provider says of itself is read again each day, with its keys."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.sso import fetch, services
from accounts.sso.models import IdentityProvider
from accounts.sso.oidc import discovery
from accounts.sso.refreshing import refresh_due
from core.errors import Invalid
from events.models import Entry
from tenants.context import in_tenant
from tests.accounts.sso.conftest import sign_in
from tests.accounts.sso.op import Op
from tests.accounts.sso.test_refreshing import CHANGED, FAILED
from tests.accounts.sso.test_saml import who

WELL_KNOWN = "/.well-known/openid-configuration"


def a_day_later() -> int:
    with in_tenant("acme"):
        long_ago = timezone.now() - timedelta(days=1)
        IdentityProvider.objects.update(metadata_read_at=long_ago)
        return refresh_due()


def described(op: Op, **changes: Any) -> None:
    body = json.dumps(op.described() | changes).encode()
    op.instead[WELL_KNOWN] = (200, "application/json", body)


def answers(op: Op, path: str, body: bytes, status: int = 200) -> None:
    op.instead[path] = (status, "application/json", body)


def trust_of(provider: IdentityProvider) -> dict[str, Any]:
    return IdentityProvider.objects.get(id=provider.id).trust


def test_an_endpoint_that_has_moved_is_known_the_next_day(provider, op, browser):
    described(op, end_session_endpoint=f"{op.issuer}/end/v2")

    assert a_day_later() == 1
    assert a_day_later() == 0

    with in_tenant("acme"):
        assert trust_of(provider)["end_session_endpoint"] == f"{op.issuer}/end/v2"
        told = Entry.objects.filter(type=CHANGED).order_by("-seq")[0]
        assert (told.actor_id, list(told.data["after"])) == (None, ["trust"])
        row = IdentityProvider.objects.get(id=provider.id)
        assert row.vouched["role"] == "owner", "its word was for the issuer, and stands"
    sign_in(browser, op)
    assert who(browser) == "kim@corp.example"


def test_keys_are_read_with_it(provider, op, browser):
    op.rotate()

    a_day_later()

    before = [path for path, _form in op.asked].count("/jwks")
    sign_in(browser, op)
    assert who(browser) == "kim@corp.example"
    assert [path for path, _form in op.asked].count("/jwks") == before


BAD_DAYS = {
    "nothing there": lambda op: answers(op, WELL_KNOWN, b"", 404),
    "an error": lambda op: answers(op, WELL_KNOWN, b"oops", 500),
    "a page": lambda op: answers(op, WELL_KNOWN, b"<html>"),
    "a list": lambda op: answers(op, WELL_KNOWN, b"[]"),
    "depth": lambda op: answers(op, WELL_KNOWN, b"[" * 50_000),
    "two megabytes": lambda op: answers(op, WELL_KNOWN, b" " * 2_000_000 + b"{}"),
    "another issuer": lambda op: described(op, issuer="https://evil.example"),
    "no token endpoint": lambda op: described(op, token_endpoint=None),
    "keys that lie inside": lambda op: described(op, jwks_uri="https://169.254.169.254/jwks"),
    "a token endpoint inside": lambda op: described(op, token_endpoint="https://10.0.0.1/token"),
    "people inside": lambda op: described(op, userinfo_endpoint="https://[fd00::1]/me"),
    "no keys": lambda op: answers(op, "/jwks", b'{"keys": []}'),
    "keys that sign nothing": lambda op: answers(
        op, "/jwks", b'{"keys": [{"kty": "oct", "k": "eHh4"}, {"kty": "RSA", "use": "enc"}]}'
    ),
    "keys that are not there": lambda op: answers(op, "/jwks", b"{}", 503),
    "elsewhere": lambda op: op.instead.update(
        {
            WELL_KNOWN: lambda handler: (
                handler.send_response(302),
                handler.send_header("Location", "http://169.254.169.254/"),
                handler.end_headers(),
            )
        }
    ),
}


@pytest.mark.parametrize("day", sorted(BAD_DAYS))
def test_a_bad_day_changes_nothing_and_is_told(cast, provider, op, browser, day):
    with in_tenant("acme"):
        before = trust_of(provider)
    sign_in(browser, op)
    BAD_DAYS[day](op)

    assert (a_day_later(), a_day_later()) == (0, 0)

    with in_tenant("acme"):
        assert trust_of(provider) == before
        assert Entry.objects.filter(type=FAILED).count() == 1, "once, and not each day"
    page = f"/admin/accounts/identityprovider/{provider.id}/change/"
    assert "could not be read again" in cast.ana.client.get(page).text
    other = Client(HTTP_HOST="acme.localhost")
    sign_in(other, op)
    assert who(other) == "kim@corp.example", "with the keys and endpoints read before"

    op.instead.clear()
    a_day_later()

    assert "could not be read again" not in cast.ana.client.get(page).text


def test_a_provider_that_hangs_holds_nothing(provider, op, monkeypatch):
    monkeypatch.setattr(fetch, "WITHIN_S", 0.3)
    op.instead[WELL_KNOWN] = lambda handler: handler.rfile.read(1)

    assert a_day_later() == 0

    with in_tenant("acme"):
        row = IdentityProvider.objects.get(id=provider.id)
        assert "in time" in row.metadata_trouble
        assert "token_endpoint" in row.trust


def test_keys_read_last_are_good_for_a_day_while_none_are_published(
    provider, op, browser, monkeypatch
):
    sign_in(browser, op)
    answers(op, "/jwks", b"", 503)
    monkeypatch.setattr(discovery, "KEYS_FRESH_S", -1)
    later = Client(HTTP_HOST="acme.localhost")

    sign_in(later, op)

    assert who(later) == "kim@corp.example"
    with in_tenant("acme"):
        cache.delete(f"sso:keys:{provider.id}")
    the_day_after = Client(HTTP_HOST="acme.localhost")

    assert sign_in(the_day_after, op).status_code == 403
    assert who(the_day_after) is None


def test_a_key_that_was_withdrawn_is_gone_within_the_hour(provider, op, browser, monkeypatch):
    """What is published counts; only silence lets the old keys stand."""
    sign_in(browser, op)
    op.keys["k2"] = op.keys["k1"]
    op.published = ["k2"]
    monkeypatch.setattr(discovery, "KEYS_FRESH_S", -1)
    other = Client(HTTP_HOST="acme.localhost")

    assert sign_in(other, op).status_code == 403
    assert who(other) is None


def test_the_button_reads_document_and_keys(cast, provider, op):
    page = f"/admin/accounts/identityprovider/{provider.id}/change/"
    assert "read again each day" in cast.ana.client.get(page).text
    answers(op, "/jwks", b'{"keys": []}')
    with in_tenant("acme"), pytest.raises(Invalid, match="key"):
        services.refresh(cast.ana.actor, provider_id=provider.id)
    op.instead.clear()
    before = len(op.asked)

    cast.ana.client.post(page.replace("change", "act"), {"act": "refresh"})

    assert [path for path, _form in op.asked[before:]] == [WELL_KNOWN, "/jwks"]


def test_what_is_named_by_its_issuer_is_read_there_each_day(cast, op):
    with in_tenant("acme"):
        made = services.add_provider(
            cast.ana.actor, kind="oidc", slug="op", issuer=op.issuer, trust={"client_id": "client"}
        )
        assert made.metadata_url == op.issuer
    described(op, end_session_endpoint=f"{op.issuer}/end/v2")

    assert a_day_later() == 1


@pytest.mark.parametrize(
    "by_hand",
    [
        {"trust": {"token_endpoint": "https://op.example/token"}},
        {"metadata": "{}"},
        {"issuer": "https://other.example", "trust": {"jwks_uri": "https://other.example/keys"}},
    ],
    ids=lambda given: "+".join(given),
)
def test_what_was_given_by_hand_is_not_read_over(cast, provider, op, by_hand):
    if "metadata" in by_hand:
        by_hand = {"metadata": json.dumps(op.described())}
    with in_tenant("acme"):
        services.change_provider(cast.ana.actor, provider_id=provider.id, **by_hand)
        before = trust_of(provider)
    asked = len(op.asked)

    a_day_later()

    with in_tenant("acme"):
        assert trust_of(provider) == before
    assert len(op.asked) == asked


def test_what_no_document_describes_is_kept(cast, provider, op):
    with in_tenant("acme"):
        services.change_provider(
            cast.ana.actor,
            provider_id=provider.id,
            trust={"client_id": "another", "scopes": "openid email", "client_auth": "post"},
        )
    described(op, token_endpoint_auth_methods_supported=["client_secret_basic"])

    assert a_day_later() == 1, "it no longer offers the way in which we proved who we are"

    described(op, token_endpoint_auth_methods_supported=["client_secret_basic", "x"])
    assert a_day_later() == 0
    with in_tenant("acme"):
        trust = trust_of(provider)
    assert (trust["client_id"], trust["scopes"], trust["client_auth"]) == (
        "another",
        "openid email",
        "basic",
    )


def test_what_somebody_changes_while_it_is_read_stands(cast, provider, op, monkeypatch):
    described(op, end_session_endpoint=f"{op.issuer}/end/v2")
    read_again = services.read_again

    def read_and_change(seen: IdentityProvider) -> tuple[str, dict[str, Any]]:
        found = read_again(seen)
        changed = {"client_id": "another"}
        services.change_provider(cast.ana.actor, provider_id=seen.id, trust=changed)
        return found

    monkeypatch.setattr(services, "read_again", read_and_change)

    assert a_day_later() == 0

    with in_tenant("acme"):
        assert trust_of(provider)["client_id"] == "another"
