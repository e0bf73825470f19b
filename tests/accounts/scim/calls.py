"""Calls SCIM as an identity provider does."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.scim.credentials import create_scim_token
from core.actor import Actor, system_actor
from tenants.context import in_tenant

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Provider:
    """An identity provider with a token of one organisation."""

    def __init__(self, tenant: str = "acme", *, by: Actor | None = None, **options: Any) -> None:
        with in_tenant(tenant):
            made = create_scim_token(by or system_actor(tenant), name="Okta", **options)
        self.row, self.token = made.row, made.secret
        self._client = Client(
            HTTP_HOST=f"{tenant}.localhost", HTTP_AUTHORIZATION=f"Bearer {self.token}"
        )

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send_raw(
            method, path, b"" if body is None else json.dumps(body).encode(), **headers
        )

    def send_raw(self, method: str, path: str, raw: bytes, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.generic(
            method, f"/scim/v2{path}", raw, "application/scim+json", headers=named
        )

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/scim/v2{path}", query)

    def person(self, user_name: str = "zoe@acme.example", **more: Any) -> dict[str, Any]:
        """Add a person; the answer."""
        body = {"schemas": [USER], "userName": user_name, "active": True, **more}
        response = self.send("POST", "/Users", body)
        assert response.status_code == 201, response.content
        return response.json()

    def group(self, name: str, *ids: str) -> dict[str, Any]:
        """Add a group; the answer."""
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": i} for i in ids]}
        response = self.send("POST", "/Groups", body)
        assert response.status_code == 201, response.content
        return response.json()

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> HttpResponse:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.send("PATCH", path, body, **headers)
