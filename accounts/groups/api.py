"""REST: groups and who is in them."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from accounts.groups import selectors, services
from accounts.groups.models import Group
from accounts.groups.schemas import GroupMemberPage, GroupPage, GroupView
from accounts.groups.services import Members
from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT

router = Router(tags=["groups"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class NewGroup(Body):
    name: str
    handle: str | None = None
    description: str = ""
    user_ids: list[UUID] = Field(default_factory=list, max_length=1000)
    group_ids: list[UUID] = Field(default_factory=list, max_length=1000)


class GroupChange(Body):
    name: str | None = None
    handle: str | None = None
    description: str | None = None


class GroupMembers(Body):
    user_ids: list[UUID] = Field(default_factory=list, max_length=1000)
    group_ids: list[UUID] = Field(default_factory=list, max_length=1000)


@router.get("/groups", response=answers(GroupPage))
def list_groups(
    request: Request,
    q: str = "",
    mine: bool = False,
    ids: Annotated[list[UUID], Query(max_length=MAX_LIMIT)] = [],  # noqa: B006 - never changed
    cursor: str | None = None,
    limit: Limit = DEFAULT_LIMIT,
) -> HttpResponse:
    """Groups by name; `mine` are those the caller is in, by nesting too. Guests see no others."""
    page = selectors.groups(request.actor, query=q, ids=ids, mine=mine, cursor=cursor, limit=limit)
    return answer({"items": [_view(group) for group in page.items], "next": page.next})


@router.post("/groups", response=answers(GroupView, 201))
@idempotent
def create_group(request: Request, body: NewGroup) -> HttpResponse:
    """Make a group."""
    group = services.create_group(
        request.actor,
        name=body.name,
        handle=body.handle,
        description=body.description,
        members=Members.of(body.user_ids, body.group_ids),
    )
    return _one(request, group.id, status=201)


@router.get("/groups/{group_id}", response=answers(GroupView))
def get_group(request: Request, group_id: UUID) -> HttpResponse:
    """One group."""
    return _one(request, group_id)


@router.patch("/groups/{group_id}", response=answers(GroupView))
def update_group(request: Request, group_id: UUID, body: GroupChange) -> HttpResponse:
    """Change a group's name, handle (an empty one takes it away) or description."""
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    services.update_group(request.actor, group_id=group_id, **changes)
    return _one(request, group_id)


@router.delete("/groups/{group_id}", response=answers(None, 204))
def delete_group(request: Request, group_id: UUID) -> HttpResponse:
    """Delete a group; what it gave is lost at once."""
    services.delete_group(request.actor, group_id=group_id)
    return answer(status=204)


@router.get("/groups/{group_id}/members", response=answers(GroupMemberPage))
def list_group_members(
    request: Request, group_id: UUID, cursor: str | None = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """The people and groups that a group holds directly."""
    page = selectors.members(request.actor, group_id=group_id, cursor=cursor, limit=limit)
    items = [
        {"user_id": row.user_id, "group_id": row.child_id, "added_at": row.added_at}
        for row in page.items
    ]
    return answer({"items": items, "next": page.next})


@router.post("/groups/{group_id}/members", response=answers(GroupView, 201))
@idempotent
def add_group_members(request: Request, group_id: UUID, body: GroupMembers) -> HttpResponse:
    """Put people and groups into a group; what it gives is theirs at once."""
    members = Members.of(body.user_ids, body.group_ids)
    services.add_members(request.actor, group_id=group_id, members=members)
    return _one(request, group_id, status=201)


@router.delete("/groups/{group_id}/members/{user_id}", response=answers(None, 204))
def remove_group_member(request: Request, group_id: UUID, user_id: UUID) -> HttpResponse:
    """Take a person out of a group; what it gave them is lost at once."""
    services.remove_members(request.actor, group_id=group_id, members=Members.of([user_id]))
    return answer(status=204)


@router.delete("/groups/{group_id}/groups/{child_id}", response=answers(None, 204))
def remove_group_child(request: Request, group_id: UUID, child_id: UUID) -> HttpResponse:
    """Take a group out of a group."""
    services.remove_members(
        request.actor, group_id=group_id, members=Members.of(children=[child_id])
    )
    return answer(status=204)


def _one(request: Request, group_id: UUID, *, status: int = 200) -> HttpResponse:
    return answer(_view(selectors.group(request.actor, group_id)), status)


def _view(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "handle": group.handle,
        "description": group.description,
        "is_from_directory": group.is_from_directory,
        "people": getattr(group, "people", 0),
        "created_at": group.created_at,
    }
