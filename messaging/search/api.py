"""REST: search."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from core.api import answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.messages.schemas import MessageView
from messaging.search import selectors

router = Router(tags=["search"])


class HighlightView(Schema):
    text: str
    hit: bool


class HitView(Schema):
    message: MessageView
    highlights: list[HighlightView]


class HitPage(Schema):
    items: list[HitView]
    next: str | None


@router.get("/search", response=answers(HitPage))
def search(
    request: Request,
    q: str,
    conversation_id: UUID | None = None,
    author_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """Find messages: words, "phrases", -exclusions, `or`; newest first."""
    page = selectors.search(
        request.actor,
        query=q,
        conversation_id=conversation_id,
        author_id=author_id,
        cursor=cursor,
        limit=limit,
    )
    return answer({"items": page.items, "next": page.next})
