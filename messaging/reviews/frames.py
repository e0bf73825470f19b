"""How access reviews look in a browser: that there is one. What is in it is its reviewer's."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.reviews.events import ReviewClosed, ReviewDecided, ReviewOpened


@renders(ReviewOpened, ReviewDecided, ReviewClosed)
def review_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The id alone."""
    return [{"review_id": fact.review_id} for fact in facts]
