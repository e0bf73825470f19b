"""Providers of acme that are on, the small identity providers behind them, and a browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.sso import addresses, services
from accounts.sso.models import IdentityProvider
from tenants.context import in_tenant
from tests.accounts.sso.idp import Idp, wire
from tests.accounts.sso.op import Op, running_op
from tests.cast import Cast, Person


class Door:
    """One SAML provider of an organisation, and a browser before it."""

    def __init__(self, person: Person, slug: str, idp: Idp, **options: Any) -> None:
        self.tenant, self.idp = person.tenant, idp
        with in_tenant(self.tenant):
            provider = services.add_provider(
                person.actor,
                kind="saml",
                slug=slug,
                name=slug.title(),
                metadata=idp.metadata(),
                options=options,
            )
            services.switch(person.actor, provider_id=provider.id, state="on")
            where = addresses.of(provider)
        self.id = provider.id
        self.where = where
        idp.audience, idp.acs_url = where.entity_id, where.acs
        self.browser = Client(HTTP_HOST=f"{self.tenant}.localhost")

    @property
    def provider(self) -> IdentityProvider:
        return IdentityProvider.objects.get(id=self.id)

    @property
    def own_certificate(self) -> str:
        with in_tenant(self.tenant):
            return self.provider.keys.get(is_signing=True).certificate

    def ask(self, browser: Client | None = None, **query: str) -> str:
        """Set out for the provider; returns the id of the request."""
        response = (browser or self.browser).get(urlsplit(self.where.login).path, query)
        assert response.status_code == 302, response.content
        return request_id(response["Location"])

    def post(self, raw: bytes | str, browser: Client | None = None, **more: Any) -> Any:
        """Bring an answer, as the provider's page would: from another site, without our session."""
        field = raw if isinstance(raw, str) else wire(raw)
        return (browser or self.browser).post(
            urlsplit(self.where.acs).path, {"SAMLResponse": field, **more}
        )

    def come(self, raw: bytes, browser: Client | None = None) -> Any:
        """Bring an answer, and follow it to the end."""
        response = self.post(raw, browser)
        if response.status_code != 303:
            return response
        return (browser or self.browser).get(urlsplit(self.where.acs).path + "finish/")

    def sign_in(self, **about: Any) -> Any:
        """The whole way."""
        return self.come(self.idp.answer(to=self.ask(), **about))


def request_id(location: str) -> str:
    """The id of the request in a redirect to the provider."""
    import base64
    import zlib

    from lxml import etree

    (packed,) = parse_qs(urlsplit(location).query)["SAMLRequest"]
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15)).get("ID")


@pytest.fixture
def door(cast: Cast) -> Door:
    return Door(cast.ana, "okta", Idp())


@pytest.fixture
def op() -> Iterator[Op]:
    with running_op() as running:
        yield running


@pytest.fixture
def provider(cast, op: Op) -> IdentityProvider:
    with in_tenant("acme"):
        made = services.add_provider(
            cast.ana.actor,
            kind="oidc",
            slug="op",
            metadata_url=op.issuer,
            trust={"client_id": "client"},
            secret="between us",
        )
        return services.switch(cast.ana.actor, provider_id=made.id, state="on")


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_HOST="acme.localhost")


def ask(browser: Client, op: Op, **query: str) -> dict[str, str]:
    """Set out for the provider; returns what it is asked."""
    response = browser.get("/accounts/oidc/op/login/", query)
    assert response.status_code == 302
    asked = {n: v[0] for n, v in parse_qs(urlsplit(response["Location"]).query).items()}
    op.nonce = asked["nonce"]
    return asked


def come(browser: Client, **query: Any) -> Any:
    return browser.get("/accounts/oidc/op/login/callback/", {"code": "the-code"} | query)


def sign_in(browser: Client, op: Op) -> Any:
    return come(browser, state=ask(browser, op)["state"])
