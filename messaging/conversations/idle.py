"""Channels that nobody writes in any more."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

# What people wrote, not lines of the system's: the warning itself is no sign of life. Nor is when
# that was said which was moved here later (`Part.MOVED`, 64).
_IDLE = """
SELECT c.id FROM messaging_conversation c
 WHERE c.kind <> 'direct' AND c.archived_at IS NULL AND c.created_at < %(before)s
   AND (c.review_on IS NULL OR c.review_on <= %(today)s)
   AND coalesce((SELECT x.created_at FROM messaging_message x
                  WHERE x.conversation_id = c.id AND x.kind = 'text' AND x.parts & 64 = 0
                  ORDER BY x.seq DESC LIMIT 1), c.created_at) < %(before)s
   AND (%(only)s::uuid IS NULL OR c.id = %(only)s::uuid)
 ORDER BY c.id
"""


_PEOPLE = f"""
SELECT count(DISTINCT m.user_id) FROM messaging_membership m
  JOIN accounts_user u ON u.id = m.user_id
 WHERE u.is_active AND NOT u.is_bot AND (u.ends_at IS NULL OR u.ends_at > statement_timestamp())
   AND m.conversation_id IN ({_IDLE})
"""


def idle_channels(days: int, *, only: UUID | None = None) -> list[UUID]:
    """The open channels in which nobody has written for so many days.

    A review date that is still to come puts a channel off; `only` asks about one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, _params(days, only))
        return [id_ for (id_,) in cursor.fetchall()]


def members_of_idle(days: int) -> int:
    """How many people are in channels that are this idle; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, _params(days))
        ((count,),) = cursor.fetchall()
    return count


def _params(days: int, only: UUID | None = None) -> dict[str, object]:
    now = timezone.now()
    before = now - timedelta(days=days)
    return {"before": before, "today": timezone.localdate(now), "only": only}
