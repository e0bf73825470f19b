"""REST: where a message went."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from core.api import answer, answers
from core.http import Request
from messaging.receipts.schemas import DeliveryView
from messaging.trace import selectors

router = Router(tags=["trace"])


class RelayView(Schema):
    state: str
    attempts: int | None
    queued_at: datetime | None


class HandlerView(Schema):
    handler: str
    state: str
    at: datetime | None
    error: str | None
    attempts: int | None


class TracedEventView(Schema):
    entry_id: UUID
    event: str
    seq: int
    stored_at: datetime
    actor_id: UUID | None
    correlation_id: str
    relay: RelayView
    handlers: list[HandlerView]
    deliveries: list[dict[str, Any]]


class TraceView(Schema):
    """The way of a message; never what it says."""

    message_id: UUID
    conversation_id: UUID
    seq: int
    author_id: UUID | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    reach: DeliveryView
    events: list[TracedEventView]


@router.get("/messages/{message_id}/trace", response=answers(TraceView))
def trace_message(request: Request, message_id: UUID) -> HttpResponse:
    """Stored, relayed, handled, delivered: for those who may read the record."""
    return answer(selectors.trace(request.actor, message_id))
