"""REST: what a person keeps for later."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages.schemas import MessageView
from messaging.saved import selectors, services

router = Router(tags=["saved"])


class SavedView(Schema):
    """`message` is null where it was deleted, or may not be read any more."""

    message_id: UUID
    saved_at: datetime
    done_at: datetime | None
    remind_at: datetime | None
    reminded_at: datetime | None
    message: MessageView | None


class SavedPage(Schema):
    items: list[SavedView]
    next: str | None


class SavedChange(Body):
    """How the message stands in the list afterwards; a time needs its offset."""

    remind_at: datetime | None = None
    done: bool = False


@router.get("/me/saved", response=answers(SavedPage))
def list_saved(
    request: Request,
    state: Literal["open", "done"] = "open",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """One's own list for later, newest first."""
    page = selectors.saved(request.actor, state=state, cursor=cursor, limit=limit)
    return answer({"items": page.items, "next": page.next})


@router.get("/messages/{message_id}/saved", response=answers(SavedView))
def get_saved(request: Request, message_id: UUID) -> HttpResponse:
    """How a message stands in one's list."""
    return answer(selectors.saved_item(request.actor, message_id))


@router.put("/messages/{message_id}/saved", response=answers(SavedView))
def save_message(request: Request, message_id: UUID, body: SavedChange) -> HttpResponse:
    """Keep a message for later, with a reminder or without; say that it is done."""
    row = services.save_message(
        request.actor, message_id=message_id, remind_at=body.remind_at, done=body.done
    )
    return answer(selectors.views(request.actor, [row])[0])


@router.delete("/messages/{message_id}/saved", response=answers(None, 204))
def remove_saved(request: Request, message_id: UUID) -> HttpResponse:
    """Take a message off one's list."""
    services.remove_saved(request.actor, message_id=message_id)
    return answer(status=204)
