"""REST: the organisation's own roles, and who has them."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from accounts.roles import selectors, services
from accounts.roles.models import CustomRole, RoleAssignment
from core.api import Body, answer, answers
from core.http import Request

router = Router(tags=["roles"])


class NewRole(Body):
    name: str
    permissions: list[str]
    description: str = ""


class RoleChange(Body):
    name: str | None = None
    permissions: list[str] | None = None
    description: str | None = None


class NewAssignment(Body):
    """A person or a group; without `over_…` the role counts everywhere."""

    user_id: UUID | None = None
    group_id: UUID | None = None
    over_group_id: UUID | None = None
    over_conversation_id: UUID | None = None


class RoleView(Schema):
    """The product's own roles have no id and cannot be changed."""

    id: UUID | None
    name: str
    description: str
    permissions: list[str]
    kind: Literal["own", "product"]


class RoleList(Schema):
    items: list[RoleView]
    next: None


class AssignmentView(Schema):
    id: UUID
    role_id: UUID
    user_id: UUID | None
    group_id: UUID | None
    over_group_id: UUID | None
    over_conversation_id: UUID | None


class AssignmentList(Schema):
    items: list[AssignmentView]
    next: None


@router.get("/roles", response=answers(RoleList))
def list_roles(request: Request) -> HttpResponse:
    """Every role there is: the product's, then the organisation's own."""
    items = [
        {
            "id": None,
            "name": role.value,
            "description": "",
            "permissions": sorted(permissions),
            "kind": "product",
        }
        for role, permissions in selectors.product_roles()
    ]
    items += [_view(role) for role in selectors.roles(request.actor)]
    return answer({"items": items, "next": None})


@router.post("/roles", response=answers(RoleView, 201))
@idempotent
def create_role(request: Request, body: NewRole) -> HttpResponse:
    """Make a role of named permissions, none of which the caller lacks."""
    role = services.create_role(
        request.actor,
        name=body.name,
        permissions=body.permissions,
        description=body.description,
    )
    return answer(_view(role), 201)


@router.patch("/roles/{role_id}", response=answers(RoleView))
def update_role(request: Request, role_id: UUID, body: RoleChange) -> HttpResponse:
    """Change a role; whoever has it has at once what it grants then."""
    role = services.update_role(
        request.actor,
        role_id=role_id,
        name=body.name,
        permissions=body.permissions,
        description=body.description,
    )
    return answer(_view(role))


@router.delete("/roles/{role_id}", response=answers(None, 204))
def delete_role(request: Request, role_id: UUID) -> HttpResponse:
    """Delete a role; nobody has it any more."""
    services.delete_role(request.actor, role_id=role_id)
    return answer(status=204)


@router.get("/roles/{role_id}/assignments", response=answers(AssignmentList))
def list_assignments(request: Request, role_id: UUID) -> HttpResponse:
    """Who has a role, and over what."""
    rows = selectors.assignments(request.actor, role_id)
    return answer({"items": [_assignment(row) for row in rows], "next": None})


@router.post("/roles/{role_id}/assignments", response=answers(AssignmentView, 201))
@idempotent
def give_role(request: Request, role_id: UUID, body: NewAssignment) -> HttpResponse:
    """Give a role to a person or a group."""
    row = services.give_role(request.actor, role_id=role_id, **body.model_dump())
    return answer(_assignment(row), 201)


@router.delete("/assignments/{assignment_id}", response=answers(None, 204))
def take_role(request: Request, assignment_id: UUID) -> HttpResponse:
    """Take a role back."""
    services.take_role(request.actor, assignment_id=assignment_id)
    return answer(status=204)


def _view(role: CustomRole) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "permissions": sorted(role.permissions),
        "kind": "own",
    }


def _assignment(row: RoleAssignment) -> dict[str, Any]:
    return {
        "id": row.id,
        "role_id": row.role_id,
        "user_id": row.user_id,
        "group_id": row.group_id,
        "over_group_id": row.over_group_id,
        "over_conversation_id": row.over_conversation_id,
    }
