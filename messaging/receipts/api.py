"""REST: the read cursor."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.ids import MAX_SEQ
from messaging.conversations.selectors import summaries
from messaging.receipts import selectors, services
from messaging.receipts.schemas import CursorView, DeliveryView, MemberCursorsView

router = Router(tags=["receipts"])


class NewCursor(Body):
    """`backwards` marks as unread; otherwise the cursor only goes forward."""

    seq: Annotated[int, Field(le=MAX_SEQ, json_schema_extra={"minimum": 0})]
    backwards: bool = False


@router.post("/conversations/{conversation_id}/read", response=answers(CursorView))
@idempotent
def mark_read(request: Request, conversation_id: UUID, body: NewCursor) -> HttpResponse:
    """Say that everything up to `seq` was read."""
    services.mark_read(
        request.actor, conversation_id=conversation_id, seq=body.seq, backwards=body.backwards
    )
    (row,) = summaries(request.actor, [conversation_id])
    unread = {"messages": row["unread"] or 0, "mentions": row["mentions"] or 0}
    return answer({"read_seq": row["read_seq"], "unread": unread})


@router.get("/conversations/{conversation_id}/cursors", response=answers(MemberCursorsView))
def list_cursors(request: Request, conversation_id: UUID) -> HttpResponse:
    """Up to where each member of a small conversation has it, and has read it."""
    found = selectors.cursors(request.actor, conversation_id)
    return answer({"is_shown": found.is_shown, "members": found.members})


@router.get("/messages/{message_id}/delivery", response=answers(DeliveryView))
def get_delivery(request: Request, message_id: UUID) -> HttpResponse:
    """How far a message got, for its author."""
    return answer(selectors.delivery(request.actor, message_id))
