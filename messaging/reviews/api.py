"""REST: access reviews, decided line by line."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from accounts.requests import idempotent
from core.api import Body, answer, answers
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.reviews import selectors, services
from messaging.reviews.models import AccessReview, ReviewItem

router = Router(tags=["access"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class NewReview(Body):
    name: str
    reviewer_id: UUID
    due_at: date | None = None


class ReviewDecision(Body):
    decision: Literal["attested", "revoked"]
    note: str = ""


class ReviewView(Schema):
    id: UUID
    name: str
    reviewer_id: UUID
    created_at: datetime
    due_at: date | None
    closed_at: datetime | None
    item_count: int
    open_count: int


class ReviewList(Schema):
    items: list[ReviewView]
    next: None


class ReviewItemView(Schema):
    id: UUID
    kind: str
    """`role`, or what was granted to whom: `channel_to_person`, `provider_to_group` …"""
    user_id: UUID | None
    group_id: UUID | None
    label: str
    decision: Literal["", "attested", "revoked", "gone"]
    decided_by_id: UUID | None
    decided_at: datetime | None
    note: str


class ReviewItemPage(Schema):
    items: list[ReviewItemView]
    next: str | None


@router.get("/reviews", response=answers(ReviewList))
def list_reviews(request: Request) -> HttpResponse:
    """The reviews one runs or is asked to do, newest first."""
    found = selectors.reviews(request.actor)
    return answer({"items": [_view(review) for review in found], "next": None})


@router.post("/reviews", response=answers(ReviewView, 201))
@idempotent
def open_review(request: Request, body: NewReview) -> HttpResponse:
    """Write down every grant and role given now, for a person to attest or revoke."""
    review = services.open_review(
        request.actor, name=body.name, reviewer_id=body.reviewer_id, due_at=body.due_at
    )
    return answer(_view(selectors.review(request.actor, review.id)), 201)


@router.get("/reviews/{review_id}", response=answers(ReviewView))
def get_review(request: Request, review_id: UUID) -> HttpResponse:
    """One review."""
    return answer(_view(selectors.review(request.actor, review_id)))


@router.get("/reviews/{review_id}/items", response=answers(ReviewItemPage))
def list_review_items(
    request: Request, review_id: UUID, cursor: str | None = None, limit: Limit = DEFAULT_LIMIT
) -> HttpResponse:
    """What is to be decided, and what was."""
    page = selectors.items(request.actor, review_id=review_id, cursor=cursor, limit=limit)
    return answer({"items": [_item(row) for row in page.items], "next": page.next})


@router.post("/reviews/{review_id}/items/{item_id}", response=answers(ReviewItemView))
@idempotent
def decide_item(
    request: Request, review_id: UUID, item_id: UUID, body: ReviewDecision
) -> HttpResponse:
    """Attest a line, or revoke what it names at once. Its reviewer alone decides."""
    row = services.decide(
        request.actor,
        review_id=review_id,
        item_id=item_id,
        decision=body.decision,
        note=body.note,
    )
    return answer(_item(row))


@router.post("/reviews/{review_id}/close", response=answers(ReviewView))
@idempotent
def close_review(request: Request, review_id: UUID) -> HttpResponse:
    """Close a review; its report remains."""
    services.close_review(request.actor, review_id=review_id)
    return answer(_view(selectors.review(request.actor, review_id)))


def _view(review: AccessReview) -> dict[str, Any]:
    return {
        name: getattr(review, name)
        for name in (
            "id",
            "name",
            "reviewer_id",
            "created_at",
            "due_at",
            "closed_at",
            "item_count",
            "open_count",
        )
    }


def _item(row: ReviewItem) -> dict[str, Any]:
    return {
        name: getattr(row, name)
        for name in (
            "id",
            "kind",
            "user_id",
            "group_id",
            "label",
            "decision",
            "decided_by_id",
            "decided_at",
            "note",
        )
    }
