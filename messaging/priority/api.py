"""REST: acknowledgements."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from accounts.requests import idempotent
from core.api import answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages.access import readable
from messaging.messages.schemas import MessagePage, MessageView
from messaging.messages.selectors import message
from messaging.messages.view import views_of
from messaging.priority import selectors, services

router = Router(tags=["priority"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class AcknowledgementView(Schema):
    user_id: UUID
    acknowledged_at: datetime | None


class AcknowledgementPage(Schema):
    """`mine` is the caller's own row; null where they were not asked."""

    items: list[AcknowledgementView]
    next: str | None
    mine: AcknowledgementView | None


@router.post("/messages/{message_id}/acknowledge", response=answers(MessageView))
@idempotent
def acknowledge(request: Request, message_id: UUID) -> HttpResponse:
    """Say that one has taken notice of a message that asks for it."""
    services.acknowledge(request.actor, message_id=message_id)
    return answer(message(request.actor, message_id))


@router.get("/messages/{message_id}/acknowledgements", response=answers(AcknowledgementPage))
def list_acknowledgements(
    request: Request, message_id: UUID, cursor: str | None = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """Who was asked, and who has acknowledged when."""
    page, mine = selectors.acknowledgements(request.actor, message_id, cursor=cursor, limit=limit)
    return answer(
        {
            "items": [_view(row) for row in page.items],
            "next": page.next,
            "mine": None if mine is None else _view(mine),
        }
    )


@router.get("/acknowledgements", response=answers(MessagePage))
def list_waiting(request: Request, limit: Limit = DEFAULT_LIMIT) -> HttpResponse:
    """The messages that wait for the caller's acknowledgement, newest first."""
    # Of somebody who left a moment ago the rows are still there.
    rows = readable(request.actor, selectors.waiting_for(request.actor, limit=limit))
    return answer({"items": views_of(rows.values()), "next": None})


def _view(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("user_id", "acknowledged_at")}
