"""Who may open access reviews, and who may decide in one."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.permissions import Permission
from messaging.reviews.models import AccessReview


def check_opens(actor: Actor) -> None:
    """Refuse whoever may not open reviews."""
    if not actor.may(Permission.ACCESS_REVIEW):
        raise Forbidden("review", _("Running access reviews requires a role that allows it."))


def review_for(actor: Actor, review_id: UUID) -> AccessReview:
    """Fetch a review: for its reviewer, and for whoever runs reviews. NotFound to all others."""
    review = AccessReview.objects.filter(id=review_id).first()
    may_see = actor.may(Permission.ACCESS_REVIEW)
    if review is None or not (may_see or review.reviewer_id == actor.user_id):
        raise NotFound("review")
    return review


def review_to_decide(actor: Actor, review_id: UUID) -> AccessReview:
    """Fetch a review, locked, for its reviewer to decide in.

    Errors  NotFound; Forbidden for anybody but the reviewer; Conflict once it is closed.
    """
    review_for(actor, review_id)
    review = AccessReview.objects.select_for_update().get(id=review_id)
    if review.reviewer_id != actor.user_id:
        raise Forbidden("review", _("Only its reviewer decides in a review."))
    if review.closed_at is not None:
        raise Conflict("review", _("This review is closed."), code="closed")
    return review
