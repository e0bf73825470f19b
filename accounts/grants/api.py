"""REST: who looks after one identity provider, service account or other thing."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.grants import selectors, services
from accounts.grants.schemas import NewObjectGrant, ObjectGrantList
from accounts.requests import idempotent
from core.api import answer, answers
from core.http import Request

router = Router(tags=["grants"])


@router.get("/grants/{kind}/{object_id}", response=answers(ObjectGrantList))
def list_object_grants(request: Request, kind: str, object_id: UUID) -> HttpResponse:
    """The people and groups that look after one thing; kinds are `provider`, `bot`, `channel`
    and `file`."""
    return _all(request, kind, object_id)


@router.post("/grants/{kind}/{object_id}", response=answers(ObjectGrantList, 201))
@idempotent
def add_object_grant(
    request: Request, kind: str, object_id: UUID, body: NewObjectGrant
) -> HttpResponse:
    """Let a person, or everybody in a group, look after this one alone."""
    services.grant(
        request.actor,
        kind=kind,
        object_id=object_id,
        user_id=body.user_id,
        group_id=body.group_id,
    )
    return _all(request, kind, object_id, status=201)


@router.delete("/grants/{kind}/{object_id}/people/{user_id}", response=answers(None, 204))
def take_object_grant_of_person(
    request: Request, kind: str, object_id: UUID, user_id: UUID
) -> HttpResponse:
    """Take a person's grant back."""
    services.take_grant(request.actor, kind=kind, object_id=object_id, user_id=user_id)
    return answer(status=204)


@router.delete("/grants/{kind}/{object_id}/groups/{group_id}", response=answers(None, 204))
def take_object_grant_of_group(
    request: Request, kind: str, object_id: UUID, group_id: UUID
) -> HttpResponse:
    """Take a group's grant back."""
    services.take_grant(request.actor, kind=kind, object_id=object_id, group_id=group_id)
    return answer(status=204)


def _all(request: Request, kind: str, object_id: UUID, *, status: int = 200) -> HttpResponse:
    found = selectors.grants_of(request.actor, kind, object_id)
    return answer({"items": [grant._asdict() for grant in found], "next": None}, status)
