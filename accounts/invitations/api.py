"""REST: invitations, and people who ask to be let in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from accounts.invitations import selectors, services
from accounts.invitations.mails import invitation_link, mail_invitation
from accounts.invitations.models import Invitation
from accounts.people.selectors import name_of
from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT

router = Router(tags=["invitations"])


class NewInvitation(Body):
    email: str = ""
    role: str = "member"
    most_uses: int = 1
    days: int | None = None
    guest_until: datetime | None = None


class InvitationView(Schema):
    id: UUID
    email: str
    role: str
    most_uses: int
    uses: int
    guest_until: datetime | None
    created_at: datetime
    created_by_id: UUID | None
    expires_at: datetime
    revoked_at: datetime | None
    is_open: bool


class NewInvitationView(InvitationView):
    link: str
    """Shown this once."""


class InvitationPage(Schema):
    items: list[InvitationView]
    next: str | None


class JoinRequestView(Schema):
    id: UUID
    email: str
    name: str
    created_at: datetime


class JoinRequestPage(Schema):
    items: list[JoinRequestView]
    next: str | None


class Decision(Body):
    accept: bool
    role: str = "member"


@router.get("/invitations", response=answers(InvitationPage))
def list_invitations(
    request: Request,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """Invitations, newest first: one's own, or everybody's for those who may invite anybody."""
    page = selectors.invitations(request.actor, cursor=cursor, limit=limit)
    return answer({"items": [_view(row) for row in page.items], "next": page.next})


@router.post("/invitations", response=answers(NewInvitationView, 201, 200))
@idempotent
def invite(request: Request, body: NewInvitation) -> HttpResponse:
    """Invite an address by mail or, without one, make a link; the link is shown this once."""
    row, secret = services.invite(request.actor, **body.dict())
    if row.email:
        by = name_of(request.actor.user_id) or request.host.tenant_name
        mail_invitation(request, row, secret, by=by)
    return answer({**_view(row), "link": invitation_link(request, secret)}, 201)


@router.delete("/invitations/{invitation_id}", response=answers(None, 204))
def revoke(request: Request, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    services.revoke_invitation(request.actor, invitation_id=invitation_id)
    return answer(status=204)


@router.get("/join-requests", response=answers(JoinRequestPage))
def list_requests(request: Request) -> HttpResponse:
    """People who ask to be let in, the first of them first."""
    rows = selectors.waiting_requests(request.actor)
    names = ("id", "email", "name", "created_at")
    items = [{name: getattr(row, name) for name in names} for row in rows]
    return answer({"items": items, "next": None})


@router.post("/join-requests/{request_id}/decide", response=answers(None, 204))
@idempotent
def decide(request: Request, request_id: UUID, body: Decision) -> HttpResponse:
    """Let somebody in, or turn them away."""
    services.decide_request(
        request.actor, request_id=request_id, accept=body.accept, role=body.role
    )
    return answer(status=204)


def _view(row: Invitation) -> dict[str, Any]:
    names = (
        *("id", "email", "role", "most_uses", "uses", "guest_until", "created_at"),
        *("created_by_id", "expires_at", "revoked_at"),
    )
    return {**{name: getattr(row, name) for name in names}, "is_open": row.is_open()}
