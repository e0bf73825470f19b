"""REST: drafts."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Schema

from core.api import Body, answer, answers
from core.http import Request
from messaging.drafts import selectors, services

router = Router(tags=["drafts"])


class DraftView(Schema):
    """`version` rises with every change; an empty `text` says that there is no draft."""

    conversation_id: UUID
    thread_id: UUID | None
    text: str
    version: int
    updated_at: datetime | None


class DraftList(Schema):
    items: list[DraftView]
    next: str | None


class DraftChange(Body):
    """What was begun; an empty text ends the draft."""

    text: str
    thread_id: UUID | None = None


@router.get("/me/drafts", response=answers(DraftList))
def list_drafts(request: Request) -> HttpResponse:
    """All of one's drafts, the latest first."""
    return answer({"items": selectors.drafts(request.actor), "next": None})


@router.get("/conversations/{conversation_id}/draft", response=answers(DraftView))
def get_draft(
    request: Request, conversation_id: UUID, thread_id: UUID | None = None
) -> HttpResponse:
    """One's draft in a conversation, or in a thread of it."""
    return answer(
        selectors.draft(request.actor, conversation_id=conversation_id, thread_id=thread_id)
    )


@router.put("/conversations/{conversation_id}/draft", response=answers(DraftView))
def keep_draft(request: Request, conversation_id: UUID, body: DraftChange) -> HttpResponse:
    """Keep a draft; the last to write wins."""
    row = services.keep_draft(
        request.actor,
        conversation_id=conversation_id,
        thread_id=body.thread_id,
        text=body.text,
    )
    return answer(selectors.view(row))
