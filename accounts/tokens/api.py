"""REST: one's own tokens, and service accounts with theirs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.people.models import User
from accounts.stepup import require_recent
from accounts.tokens import selectors, services
from accounts.tokens.models import ApiToken
from core.api import Body, answer, answers, shown_once
from core.http import Request

router = Router(tags=["tokens"])


class NewToken(Body):
    """`scopes` of read, write, admin; without channels or networks it reaches all of them."""

    name: str
    scopes: list[str] = Field(default_factory=lambda: ["read", "write"], max_length=10)
    days: int | None = 90
    conversation_ids: list[UUID] = Field(default_factory=list, max_length=200)
    networks: list[str] = Field(default_factory=list, max_length=50)


class TokenView(Schema):
    id: UUID
    user_id: UUID
    name: str
    scopes: list[str] | None
    conversation_ids: list[UUID] | None
    networks: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewTokenView(TokenView):
    """`token` is shown this once."""

    token: str


class TokenList(Schema):
    items: list[TokenView]
    next: None


class ServiceAccountView(Schema):
    id: UUID
    name: str
    is_active: bool
    tokens: list[TokenView]


class ServiceAccountList(Schema):
    items: list[ServiceAccountView]
    next: None


@router.get("/me/tokens", response=answers(TokenList))
def list_tokens(request: Request) -> HttpResponse:
    """The caller's tokens that are good, newest first."""
    rows = selectors.tokens_of(request.actor)
    return answer({"items": [_view(row) for row in rows], "next": None})


@router.post("/me/tokens", response=answers(NewTokenView, 201))
@shown_once
def create_token(request: Request, body: NewToken) -> HttpResponse:
    """Make a token for oneself. Nothing keeps it, so that a second POST makes another one."""
    services.check_is_no_token(request.actor)
    require_recent(request)
    row, secret = services.create_own_token(request.actor, **body.model_dump())
    return answer({**_view(row), "token": secret}, 201)


@router.delete("/me/tokens/{token_id}", response=answers(None, 204))
def revoke_token(request: Request, token_id: UUID) -> HttpResponse:
    """End a token at once; its sockets close."""
    services.revoke_token(request.actor, token_id=token_id)
    return answer(status=204)


@router.get("/service-accounts", response=answers(ServiceAccountList))
def list_service_accounts(request: Request) -> HttpResponse:
    """Accounts of programs, with their tokens."""
    found = selectors.service_accounts(request.actor)
    items = [_account(user, tokens) for user, tokens in found]
    return answer({"items": items, "next": None})


@router.post("/service-accounts", response=answers(NewTokenView, 201))
@shown_once
def create_service_account(request: Request, body: NewToken) -> HttpResponse:
    """Make an account for a program, with its first token, which is shown this once."""
    services.check_is_no_token(request.actor)
    require_recent(request)
    row, secret = services.create_service_account(request.actor, **body.model_dump())
    return answer({**_view(row), "token": secret}, 201)


@router.post("/service-accounts/{user_id}/tokens", response=answers(NewTokenView, 201))
@shown_once
def create_service_token(request: Request, user_id: UUID, body: NewToken) -> HttpResponse:
    """Make another token for a program, so that the old one can be ended without a pause."""
    services.check_is_no_token(request.actor)
    require_recent(request)
    row, secret = services.create_service_token(request.actor, user_id=user_id, **body.model_dump())
    return answer({**_view(row), "token": secret}, 201)


@router.delete("/service-accounts/{user_id}", response=answers(None, 204))
def end_service_account(request: Request, user_id: UUID) -> HttpResponse:
    """End a program's account and all its tokens at once."""
    services.end_service_account(request.actor, user_id=user_id)
    return answer(status=204)


def _account(user: User, tokens: list[ApiToken]) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "is_active": user.is_active,
        "tokens": [_view(token) for token in tokens],
    }


def _view(row: ApiToken) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in (
            "id",
            "user_id",
            "name",
            "scopes",
            "conversation_ids",
            "networks",
            "created_at",
            "expires_at",
            "last_used_at",
        )
    }
