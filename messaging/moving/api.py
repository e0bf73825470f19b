"""REST: moving messages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from messaging.messages.schemas import MessageView
from messaging.messages.selectors import message
from messaging.moving import across, services
from messaging.moving.models import Move

router = Router(tags=["messages"])


class ToThread(Body):
    """Where to: the message that a thread hangs on, or null for out of the thread."""

    thread_id: UUID | None


class ToConversation(Body):
    """Messages of one conversation; those that begin a thread bring its replies."""

    message_ids: Annotated[list[UUID], Field(min_length=1, max_length=across.MOST_NAMED)]


class MoveView(Schema):
    """A move to another conversation; until `undo_until` it can be taken back."""

    id: UUID
    from_id: UUID
    to_id: UUID
    message_ids: list[UUID]
    undo_until: datetime
    undone_at: datetime | None


@router.post("/messages/{message_id}/move", response=answers(MessageView))
@idempotent
def move_message(request: Request, message_id: UUID, body: ToThread) -> HttpResponse:
    """Move a message into a thread of its conversation, with its replies; or out of its thread."""
    services.move_message(request.actor, message_id=message_id, thread_id=body.thread_id)
    return answer(message(request.actor, message_id))


@router.post("/conversations/{conversation_id}/moved-messages", response=answers(MoveView, 201))
@idempotent
def move_to_conversation(
    request: Request, conversation_id: UUID, body: ToConversation
) -> HttpResponse:
    """Move messages of another conversation to this one, with their replies."""
    move = across.move_to_conversation(
        request.actor, message_ids=body.message_ids, conversation_id=conversation_id
    )
    return answer(_view(move), 201)


@router.post("/moves/{move_id}/undo", response=answers(MoveView))
@idempotent
def undo_move(request: Request, move_id: UUID) -> HttpResponse:
    """Take one's own move back, within ten minutes and while nobody has replied."""
    return answer(_view(across.undo_move(request.actor, move_id=move_id)))


def _view(move: Move) -> dict:
    ids = move.messages.order_by("seq").values_list("message_id", flat=True)
    return {
        "id": move.id,
        "from_id": move.from_id,
        "to_id": move.to_id,
        "message_ids": list(ids),
        "undo_until": move.created_at + across.UNDO_WITHIN,
        "undone_at": move.undone_at,
    }
