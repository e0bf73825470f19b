"""A provider of acme that is on, the small identity provider behind it, and a browser."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.sso import addresses, services
from accounts.sso.models import IdentityProvider
from tenants.context import in_tenant
from tests.accounts.sso.idp import Idp, wire
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
