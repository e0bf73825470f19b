"""REST: moving messages."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from messaging.messages.schemas import MessageView
from messaging.messages.selectors import message
from messaging.moving import services

router = Router(tags=["messages"])


class Move(Body):
    """Where to: the message that a thread hangs on, or null for out of the thread."""

    thread_id: UUID | None


@router.post("/messages/{message_id}/move", response=answers(MessageView))
@idempotent
def move_message(request: Request, message_id: UUID, body: Move) -> HttpResponse:
    """Move a message into a thread of its conversation, with its replies; or out of its thread."""
    services.move_message(request.actor, message_id=message_id, thread_id=body.thread_id)
    return answer(message(request.actor, message_id))
