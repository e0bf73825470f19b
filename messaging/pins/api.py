"""REST: pins."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from core.api import answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages.schemas import MessagePage, MessageView
from messaging.messages.selectors import message
from messaging.pins import selectors, services

router = Router(tags=["pins"])


@router.get("/conversations/{conversation_id}/pins", response=answers(MessagePage))
def list_pins(
    request: Request,
    conversation_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """The pinned messages of a conversation, the latest pin first."""
    page = selectors.pins(
        request.actor, conversation_id=conversation_id, cursor=cursor, limit=limit
    )
    return answer({"items": page.items, "next": page.next})


@router.put("/messages/{message_id}/pin", response=answers(MessageView))
def pin_message(request: Request, message_id: UUID) -> HttpResponse:
    """Pin a message for everyone in its conversation."""
    services.pin_message(request.actor, message_id=message_id)
    return answer(message(request.actor, message_id))


@router.delete("/messages/{message_id}/pin", response=answers(None, 204))
def unpin_message(request: Request, message_id: UUID) -> HttpResponse:
    """Take a pin off."""
    services.unpin_message(request.actor, message_id=message_id)
    return answer(status=204)
