"""Read reactions; they are a part of the message view."""

from collections.abc import Sequence
from uuid import UUID

from messaging.messages.view import adds_part
from tenants.statements import hot_rows

MOST_FACES = 50
"""People listed per emoji; `count` counts them all."""


@adds_part("reactions")
def reactions_of(message_ids: Sequence[UUID]) -> dict[UUID, list[dict]]:
    """The reactions of each message: emoji in the order of their first use, with who used them."""
    rows = hot_rows(
        "SELECT message_id, emoji, (array_agg(user_id ORDER BY created_at, id))[1:%s], count(*)"
        " FROM messaging_reaction WHERE message_id = ANY(%s)"
        " GROUP BY message_id, emoji ORDER BY min(created_at), emoji",
        [MOST_FACES, list(message_ids)],
    )
    found: dict[UUID, list[dict]] = {}
    for message_id, emoji, user_ids, count in rows:
        entry = {"emoji": emoji, "user_ids": user_ids, "count": count}
        found.setdefault(message_id, []).append(entry)
    return found
