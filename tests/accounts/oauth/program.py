"""A program that speaks OAuth by hand, so that it can also speak it wrongly."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from accounts.oauth.models import GrantType, OAuthApp
from accounts.oauth.services import create_app
from core.actor import system_actor
from tenants.context import in_tenant
from tests.cast import Person

CALLBACK = "https://crm.example/callback"
LOOPBACK = "http://127.0.0.1/callback"
VERIFIER = "v" * 43
ALL_GRANTS = tuple(GrantType.values)


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Program:
    """One app of an organisation."""

    def __init__(self, tenant: str = "acme", **settings: Any) -> None:
        settings = {
            "name": "CRM",
            "kind": "confidential",
            "redirect_uris": [CALLBACK],
            "scopes": ["read", "write"],
        } | settings
        with in_tenant(tenant):
            made = create_app(system_actor(tenant), **settings)
        self.tenant, self.host = tenant, f"{tenant}.localhost"
        self.id, self.client_id, self.secret = made.app.id, made.app.client_id, made.secret
        self.uri = (settings["redirect_uris"] or [""])[0]
        self.http = Client(HTTP_HOST=self.host)

    @property
    def row(self) -> OAuthApp:
        return OAuthApp.objects.get(id=self.id)

    def query(self, **more: str | None) -> str:
        """The query of a good request, with these changes; None leaves a parameter out."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.uri,
            "scope": "read",
            "state": "xyz",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | more
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def ask(self, browser: Client, **more: str | None) -> Any:
        return browser.get(f"/oauth/authorize?{self.query(**more)}")

    def decide(self, browser: Client, decision: str = "allow", **more: str | None) -> Any:
        return browser.post(f"/oauth/authorize?{self.query(**more)}", {"decision": decision})

    def code(self, person: Person, **more: str | None) -> str:
        """A code, as the person's browser brings it."""
        return answer_of(self.decide(person.client, **more))["code"]

    def post(self, path: str, body: dict[str, str] | str, *, basic: bool = False, **extra: Any):
        given = body
        if isinstance(body, dict):
            given = urlencode({**({} if basic else self.proof()), **body})
        if basic:
            text = f"{self.client_id}:{self.secret}"
            extra["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(text.encode()).decode()}"
        form = "application/x-www-form-urlencoded"
        return self.http.post(f"/oauth/{path}", given, content_type=form, **extra)

    def proof(self) -> dict[str, str]:
        secret = {} if self.secret is None else {"client_secret": self.secret}
        return {"client_id": self.client_id, **secret}

    def exchange(self, code: str, **more: str) -> Any:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.uri,
            "code_verifier": VERIFIER,
        }
        return self.post("token", body | more)

    def refresh(self, token: str, **more: str) -> Any:
        return self.post("token", {"grant_type": "refresh_token", "refresh_token": token} | more)

    def tokens(self, person: Person, **more: str | None) -> dict[str, Any]:
        """Access and refresh token of a person who has allowed it."""
        answer = self.exchange(self.code(person, **more))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def me(self, token: str) -> Any:
        return bearer(token, self.host).get("/api/v1/me")


def bearer(token: str, host: str = "acme.localhost") -> Client:
    return Client(HTTP_HOST=host, HTTP_AUTHORIZATION=f"Bearer {token}")


def answer_of(response: Any) -> dict[str, str]:
    """What the app is told in its address."""
    assert response.status_code in {302, 303}, response.content
    return dict(parse_qsl(urlsplit(response["Location"]).query))


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]
