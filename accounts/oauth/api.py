"""REST: the organisation's apps, for those who set them up; and the apps that one has let in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.oauth import selectors, services
from accounts.oauth.models import GrantType, OAuthApp
from accounts.oauth.schemas import OAuthSecret
from accounts.stepup import require_recent
from accounts.tokens.services import check_is_no_token
from core.api import Body, answer, answers, shown_once
from core.http import Request

router = Router(tags=["apps"])


class NewOAuthApp(Body):
    """`kind` is confidential or public; `grants` are OAuth 2.0's own names."""

    name: str
    kind: str
    redirect_uris: list[str] = Field(default_factory=list, max_length=50)
    grants: list[str] = Field(
        default_factory=lambda: [
            GrantType.AUTHORIZATION_CODE.value,
            GrantType.REFRESH_TOKEN.value,
        ],
        max_length=10,
    )
    scopes: list[str] = Field(default_factory=lambda: ["read"], max_length=10)
    networks: list[str] = Field(default_factory=list, max_length=50)
    conversation_ids: list[UUID] = Field(default_factory=list, max_length=200)


class OAuthAppChanges(Body):
    """What is left out, or null, stays; an empty list of networks or channels is all of them."""

    name: str | None = None
    redirect_uris: list[str] | None = Field(default=None, max_length=50)
    scopes: list[str] | None = Field(default=None, max_length=10)
    networks: list[str] | None = Field(default=None, max_length=50)
    conversation_ids: list[UUID] | None = Field(default=None, max_length=200)


class OAuthSecretView(Schema):
    """`hint` is how the secret ends."""

    id: UUID
    hint: str
    created_at: datetime
    last_used_at: datetime | None


class OAuthAppView(Schema):
    """`people` is how many let it act for them; `account_id` who it is when it acts by itself."""

    id: UUID
    client_id: str
    name: str
    kind: str
    redirect_uris: list[str]
    grants: list[str]
    scopes: list[str]
    networks: list[str] | None
    conversation_ids: list[UUID] | None
    account_id: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    secrets: list[OAuthSecretView]
    people: int


class NewOAuthAppView(OAuthAppView):
    """`client_secret` is shown this once; null for a public app."""

    client_secret: str | None


class NewOAuthSecretView(OAuthSecretView):
    """`client_secret` is shown this once."""

    client_secret: str


class OAuthAppList(Schema):
    items: list[OAuthAppView]
    next: None


class ConnectedAppView(Schema):
    """An app that the caller lets act for them."""

    app_id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None


class ConnectedAppList(Schema):
    items: list[ConnectedAppView]
    next: None


@router.get("/me/apps", response=answers(ConnectedAppList))
def list_connected_apps(request: Request) -> HttpResponse:
    """The apps that the caller lets act for them, by name."""
    rows = selectors.connected_apps(request.actor)
    names = ConnectedAppView.model_fields
    items = [{name: getattr(row, name) for name in names} for row in rows]
    return answer({"items": items, "next": None})


@router.delete("/me/apps/{app_id}", response=answers(None, 204))
def disconnect_app(request: Request, app_id: UUID) -> HttpResponse:
    """Take back what the caller allowed an app: its tokens and sockets end at once."""
    services.disconnect(request.actor, app_id=app_id)
    return answer(status=204)


@router.get("/oauth-apps", response=answers(OAuthAppList))
def list_oauth_apps(request: Request) -> HttpResponse:
    """The organisation's apps, by name."""
    items = [_app(row) for row in selectors.apps(request.actor)]
    return answer({"items": items, "next": None})


@router.post("/oauth-apps", response=answers(NewOAuthAppView, 201))
@shown_once
def create_oauth_app(request: Request, body: NewOAuthApp) -> HttpResponse:
    """Set an app up. Nothing keeps its secret, so that a second POST sets another one up."""
    check_is_no_token(request.actor)
    require_recent(request)
    made = services.create_app(request.actor, **body.model_dump())
    row = selectors.app(request.actor, made.app.id)
    return answer({**_app(row), "client_secret": made.secret}, 201)


@router.get("/oauth-apps/{app_id}", response=answers(OAuthAppView))
def get_oauth_app(request: Request, app_id: UUID) -> HttpResponse:
    """One app; also one that was ended."""
    return answer(_app(selectors.app(request.actor, app_id)))


@router.patch("/oauth-apps/{app_id}", response=answers(OAuthAppView))
def change_oauth_app(request: Request, app_id: UUID, body: OAuthAppChanges) -> HttpResponse:
    """Change an app. Who was asked before its redirect URIs changed is asked again."""
    require_recent(request)
    changes = body.model_dump(exclude_none=True)
    services.change_app(request.actor, app_id=app_id, **changes)
    return answer(_app(selectors.app(request.actor, app_id)))


@router.delete("/oauth-apps/{app_id}", response=answers(None, 204))
def revoke_oauth_app(request: Request, app_id: UUID) -> HttpResponse:
    """End an app for good, with all its tokens and sockets, at once."""
    services.revoke_app(request.actor, app_id=app_id)
    return answer(status=204)


@router.post("/oauth-apps/{app_id}/secrets", response=answers(NewOAuthSecretView, 201))
@shown_once
def make_oauth_secret(request: Request, app_id: UUID) -> HttpResponse:
    """Make the next secret, so that the old one can be ended without a pause."""
    check_is_no_token(request.actor)
    require_recent(request)
    row, secret = services.make_secret(request.actor, app_id=app_id)
    return answer({**_secret(row), "client_secret": secret}, 201)


@router.delete("/oauth-apps/{app_id}/secrets/{secret_id}", response=answers(None, 204))
def end_oauth_secret(request: Request, app_id: UUID, secret_id: UUID) -> HttpResponse:
    """End a secret at once; the last one ends with its app only."""
    services.end_secret(request.actor, app_id=app_id, secret_id=secret_id)
    return answer(status=204)


@router.delete("/oauth-apps/{app_id}/people/{user_id}", response=answers(None, 204))
def disconnect_person(request: Request, app_id: UUID, user_id: UUID) -> HttpResponse:
    """Take back what somebody allowed an app."""
    services.disconnect(request.actor, app_id=app_id, user_id=user_id)
    return answer(status=204)


def _app(row: OAuthApp) -> dict[str, Any]:
    names = OAuthAppView.model_fields.keys() - {"secrets"}
    return {
        **{name: getattr(row, name) for name in OAuthAppView.model_fields if name in names},
        "secrets": [_secret(secret) for secret in row.secrets],
    }


def _secret(row: OAuthSecret) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OAuthSecretView.model_fields}
