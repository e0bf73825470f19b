"""REST: reactions."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from core.api import answer, answers
from core.http import Request
from messaging.messages.schemas import MessageView
from messaging.messages.selectors import message
from messaging.reactions import services

router = Router(tags=["reactions"])


@router.put("/messages/{message_id}/reactions/{emoji}", response=answers(MessageView))
def add_reaction(request: Request, message_id: UUID, emoji: str) -> HttpResponse:
    """React with a Unicode emoji, percent-encoded."""
    services.add_reaction(request.actor, message_id=message_id, emoji=emoji)
    return answer(message(request.actor, message_id))


@router.delete("/messages/{message_id}/reactions/{emoji}", response=answers(None, 204))
def remove_reaction(request: Request, message_id: UUID, emoji: str) -> HttpResponse:
    """Take one's own reaction back."""
    services.remove_reaction(request.actor, message_id=message_id, emoji=emoji)
    return answer(status=204)
