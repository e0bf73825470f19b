"""REST: polls."""

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
from messaging.polls import selectors, services

router = Router(tags=["polls"])


class VoteView(Schema):
    """The caller's own answers, by their place in the poll."""

    options: list[int]


class NewVote(Body):
    """The answers chosen, by their place; an empty list takes the vote back."""

    options: Annotated[list[Annotated[int, Field(ge=0, le=19)]], Field(max_length=20)]


@router.get("/messages/{message_id}/vote", response=answers(VoteView))
def get_vote(request: Request, message_id: UUID) -> HttpResponse:
    """What the caller has answered."""
    return answer({"options": selectors.my_vote(request.actor, message_id)})


@router.put("/messages/{message_id}/vote", response=answers(MessageView))
def put_vote(request: Request, message_id: UUID, body: NewVote) -> HttpResponse:
    """Answer, in place of what was answered before."""
    services.vote(request.actor, message_id=message_id, options=body.options)
    return answer(message(request.actor, message_id))


@router.post("/messages/{message_id}/close-poll", response=answers(MessageView))
@idempotent
def close_poll(request: Request, message_id: UUID) -> HttpResponse:
    """End a poll before its time."""
    services.close_poll(request.actor, message_id=message_id)
    return answer(message(request.actor, message_id))
