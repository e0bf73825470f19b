"""REST: whom a channel is granted to."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from messaging.grants import selectors, services

router = Router(tags=["grants"])


class NewGrant(Body):
    """One of the two."""

    user_id: UUID | None = None
    group_id: UUID | None = None


class GrantView(Schema):
    user_id: UUID | None
    group_id: UUID | None
    name: str


class GrantList(Schema):
    items: list[GrantView]
    next: None


@router.get("/conversations/{conversation_id}/grants", response=answers(GrantList))
def list_grants(request: Request, conversation_id: UUID) -> HttpResponse:
    """The people and groups that a channel is granted to."""
    return _all(request, conversation_id)


@router.post("/conversations/{conversation_id}/grants", response=answers(GrantList, 201))
@idempotent
def add_grant(request: Request, conversation_id: UUID, body: NewGrant) -> HttpResponse:
    """Grant a channel to a person, or to everybody in a group for as long as they are in it."""
    services.grant(
        request.actor,
        conversation_id=conversation_id,
        user_id=body.user_id,
        group_id=body.group_id,
    )
    return _all(request, conversation_id, status=201)


@router.delete(
    "/conversations/{conversation_id}/grants/people/{user_id}", response=answers(None, 204)
)
def take_grant_of_person(request: Request, conversation_id: UUID, user_id: UUID) -> HttpResponse:
    """Take a person's grant back; without another one they are out at once."""
    services.take_grant(request.actor, conversation_id=conversation_id, user_id=user_id)
    return answer(status=204)


@router.delete(
    "/conversations/{conversation_id}/grants/groups/{group_id}", response=answers(None, 204)
)
def take_grant_of_group(request: Request, conversation_id: UUID, group_id: UUID) -> HttpResponse:
    """Take a group's grant back; who came by it alone is out at once."""
    services.take_grant(request.actor, conversation_id=conversation_id, group_id=group_id)
    return answer(status=204)


def _all(request: Request, conversation_id: UUID, *, status: int = 200) -> HttpResponse:
    found = selectors.grants_of(request.actor, conversation_id)
    return answer({"items": [grant._asdict() for grant in found], "next": None}, status)
