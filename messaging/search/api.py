"""REST: search."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from core.api import answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.files.schemas import SharedFileView
from messaging.messages.schemas import MessageView
from messaging.search import selectors

router = Router(tags=["search"])


class HighlightView(Schema):
    text: str
    hit: bool


class HitView(Schema):
    message: MessageView
    highlights: list[HighlightView]


class HintView(Schema):
    """Something in the search that was not understood as it may have been meant."""

    text: str
    message: str


class HitPage(Schema):
    items: list[HitView]
    next: str | None
    hints: list[HintView]


class FileHitPage(Schema):
    items: list[SharedFileView]
    next: str | None
    hints: list[HintView]


@router.get("/search", response=answers(HitPage))
def search(
    request: Request,
    q: str,
    conversation_id: UUID | None = None,
    author_id: UUID | None = None,
    sort: Literal["newest", "relevant"] = "newest",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """Find messages: words, "phrases", -exclusions, `or`, and filters.

    `from:ana`, `in:general`, `before:`, `after:`, `on:` a date, month, year, today or yesterday;
    `has:file`, `has:link`, `is:thread`, `mentions:me`; each with `-` for all but these.
    """
    page = selectors.search(
        request.actor,
        query=q,
        conversation_id=conversation_id,
        author_id=author_id,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    return _answer(page)


@router.get("/search/files", response=answers(FileHitPage))
def search_files(
    request: Request,
    q: str,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """Find files by their names, with the same filters; newest first."""
    page = selectors.search_files(request.actor, query=q, cursor=cursor, limit=limit)
    return _answer(page)


def _answer(page: selectors.Hits) -> HttpResponse:
    hints = [{name: str(words) for name, words in hint.items()} for hint in page.hints]
    return answer({"items": page.items, "next": page.next, "hints": hints})
