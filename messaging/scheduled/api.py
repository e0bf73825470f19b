"""REST: messages that are sent later."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from messaging.messages.schemas import MessageView, Text
from messaging.messages.view import views_of
from messaging.scheduled import selectors, services
from messaging.scheduled.access import scheduled_for

router = Router(tags=["scheduled"])


class ScheduledView(Schema):
    """`failure` says why it was not sent: `lost_right`, or the code of the refusal."""

    id: UUID
    conversation_id: UUID
    thread_id: UUID | None
    also_in_conversation: bool
    text: str
    send_at: datetime
    failure: str | None
    created_at: datetime


class ScheduledList(Schema):
    items: list[ScheduledView]
    next: str | None


class NewScheduled(Body):
    """A message and when to send it; the time needs its offset."""

    text: Text
    send_at: datetime
    thread_id: UUID | None = None
    also_in_conversation: bool = False


class ScheduledChange(Body):
    """What is left out stays as it is."""

    text: Text | None = None
    send_at: datetime | None = None


@router.get("/me/scheduled", response=answers(ScheduledList))
def list_scheduled(request: Request) -> HttpResponse:
    """One's messages that wait for their time, the next first."""
    return answer({"items": selectors.scheduled(request.actor), "next": None})


@router.post(
    "/conversations/{conversation_id}/scheduled", response=answers(ScheduledView, 201, 200)
)
@idempotent
def schedule_message(request: Request, conversation_id: UUID, body: NewScheduled) -> HttpResponse:
    """Send a message later, as oneself."""
    row = services.schedule_message(
        request.actor,
        conversation_id=conversation_id,
        text=body.text,
        send_at=body.send_at,
        thread_id=body.thread_id,
        also_in_conversation=body.also_in_conversation,
    )
    return answer(selectors.view(row), 201)


@router.get("/scheduled/{scheduled_id}", response=answers(ScheduledView))
def get_scheduled(request: Request, scheduled_id: UUID) -> HttpResponse:
    """One message that waits for its time."""
    return answer(selectors.view(scheduled_for(request.actor, scheduled_id)))


@router.patch("/scheduled/{scheduled_id}", response=answers(ScheduledView))
def change_scheduled(request: Request, scheduled_id: UUID, body: ScheduledChange) -> HttpResponse:
    """Change its text or its time."""
    row = services.change_scheduled(
        request.actor, scheduled_id=scheduled_id, text=body.text, send_at=body.send_at
    )
    return answer(selectors.view(row))


@router.delete("/scheduled/{scheduled_id}", response=answers(None, 204))
def cancel_scheduled(request: Request, scheduled_id: UUID) -> HttpResponse:
    """Call it off."""
    services.cancel_scheduled(request.actor, scheduled_id=scheduled_id)
    return answer(status=204)


@router.post("/scheduled/{scheduled_id}/send", response=answers(MessageView, 201, 200))
@idempotent
def send_scheduled(request: Request, scheduled_id: UUID) -> HttpResponse:
    """Send it now."""
    message = services.send_scheduled(request.actor, scheduled_id=scheduled_id)
    return answer(views_of([message])[0], 201)
