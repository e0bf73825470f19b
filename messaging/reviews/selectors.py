"""Read access reviews and their reports."""

import csv
import io
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.people.models import User
from core.actor import Actor
from core.paging import Page, decode_cursor, encode_cursor
from core.permissions import Permission
from messaging.reviews.access import review_for
from messaging.reviews.models import AccessReview, Decision, ReviewItem

COLUMNS = ("kind", "what", "decision", "decided_by", "decided_at", "note")


def reviews(actor: Actor) -> list[AccessReview]:
    """The reviews one may see, newest first, each with `item_count` and `open_count`."""
    rows = AccessReview.objects.all()
    if not actor.may(Permission.ACCESS_REVIEW):
        rows = rows.filter(reviewer_id=actor.user_id)
    return list(_counted(rows).order_by("-id")[:200])


def review(actor: Actor, review_id: UUID) -> AccessReview:
    """One review, counted; NotFound to those whom it does not concern."""
    review_for(actor, review_id)
    return _counted(AccessReview.objects.filter(id=review_id)).get()


def items(
    actor: Actor, *, review_id: UUID, cursor: str | None = None, limit: int = 50
) -> Page[ReviewItem]:
    """The lines of a review, in their order."""
    review_for(actor, review_id)
    rows = ReviewItem.objects.filter(review_id=review_id)
    if cursor:
        (after,) = decode_cursor(cursor, UUID)
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id")[: limit + 1])
    page = found[:limit]
    return Page(page, encode_cursor(page[-1].id) if len(found) > limit else None)


def report(actor: Actor, review_id: UUID) -> list[dict[str, Any]]:
    """Every line with what was decided, by whom and when."""
    review_for(actor, review_id)
    rows = list(ReviewItem.objects.filter(review_id=review_id).order_by("id"))
    people = User.objects.in_bulk({row.decided_by_id for row in rows if row.decided_by_id})
    return [
        {
            "kind": row.kind,
            "what": row.label,
            "decision": row.decision or "open",
            "decided_by": people[row.decided_by_id].name if row.decided_by_id in people else "",
            "decided_at": row.decided_at.isoformat() if row.decided_at else "",
            "note": row.note,
        }
        for row in rows
    ]


def as_csv(lines: list[dict[str, Any]]) -> str:
    """A report as a table. What a sheet would take for a formula is kept from being one."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _harmless(str(value)) for name, value in line.items()})
    return out.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _counted(rows: QuerySet[AccessReview]) -> QuerySet[AccessReview]:
    return rows.annotate(
        item_count=Count("items"),
        open_count=Count("items", filter=Q(items__decision=Decision.OPEN)),
    )
