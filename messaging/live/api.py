"""REST beside the socket: the events of a conversation, and the description of the socket."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from core.api import answer, answers
from core.http import Request
from events.journal import entries_after
from events.render import frames_of
from messaging.conversations.access import Do, place_for
from messaging.live.asyncapi import asyncapi_document
from messaging.live.frames import Frame

router = Router(tags=["live"])


class EventFrame(Schema):
    """One event as `/ws/v1` sends it; the AsyncAPI document describes `data` per event."""

    type: str
    id: UUID
    event: str
    stream: str
    conversation_id: UUID | None
    seq: int
    data: Any


class EventPage(Schema):
    items: list[EventFrame]
    next: str | None


@router.get("/conversations/{conversation_id}/events", response=answers(EventPage))
def list_events(
    request: Request,
    conversation_id: UUID,
    after_seq: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> HttpResponse:
    """The events that follow `after_seq`, oldest first, with their rows as they are now.

    A client that missed frames asks here; go on with the last item's `seq`.
    """
    begins_at = place_for(request.actor, conversation_id, Do.READ).begins_at
    entries = entries_after(conversation_id, max(after_seq, begins_at - 1), limit=limit)
    frames = b",".join(Frame.trimmed(frames_of(entries), begins_at))
    # The frames are encoded already: they are the bytes that sockets get.
    return HttpResponse(b'{"items":[' + frames + b'],"next":null}', content_type="application/json")


def asyncapi(request: HttpRequest) -> HttpResponse:
    """The AsyncAPI document of `/ws/v1`."""
    return answer(asyncapi_document())
