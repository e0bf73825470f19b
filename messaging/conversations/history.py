"""From where on people may read a conversation's history.

It is one number per membership (`history_from_seq`), decided as the person joins, so that each read
compares numbers and asks nothing more. Loosening a channel's rule opens what was closed to those
who are in; tightening it concerns only those who come later: the others have read it already.
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from messaging.conversations.models import Conversation, History

# What was moved here (`Part.MOVED`, 64) was written earlier than its neighbours: it says nothing of
# where a day begins.
_LAST_BEFORE = """
SELECT coalesce((SELECT seq FROM messaging_message
                  WHERE conversation_id = %s AND created_at < %s AND parts & 64 = 0
                  ORDER BY seq DESC LIMIT 1), 0)
"""

LOOKED_INTO = """
(x.history = 'all' OR (x.history = 'days'
  AND (m.parts & 64 <> 0 OR m.created_at >= now() - make_interval(days => x.history_days))
  AND coalesce((SELECT n.created_at >= now() - make_interval(days => x.history_days)
                  FROM messaging_message n
                 WHERE n.conversation_id = m.conversation_id AND n.seq > m.seq AND n.parts & 64 = 0
                 ORDER BY n.seq LIMIT 1), TRUE)))
"""
"""Whether a message `m` is in what whoever only looks in may see of its conversation `x`: as
`history_begins` says, but without going back through the days, for statements over many."""

_LOOSENED = """
UPDATE messaging_membership m
   SET history_from_seq = least(m.history_from_seq, 1 + coalesce(
           (SELECT x.seq FROM messaging_message x
             WHERE x.conversation_id = m.conversation_id
               AND x.created_at < m.joined_at - make_interval(days => %s) AND x.parts & 64 = 0
             ORDER BY x.seq DESC LIMIT 1), 0))
 WHERE m.conversation_id = %s AND m.history_from_seq > 0
"""


def history_begins(conversation: Conversation, *, otherwise: int) -> int:
    """The first `seq` that somebody who joins now may see of what was before.

    `otherwise` is the answer where nothing of it may be seen: the number of their own joining.
    """
    if conversation.history == History.ALL:
        return 0
    if conversation.history == History.JOINED:
        return otherwise
    since = timezone.now() - timedelta(days=conversation.history_days or 0)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_BEFORE, [conversation.id, since])
        ((last_before,),) = cursor.fetchall()
    return last_before + 1


def loosen(conversation: Conversation) -> None:
    """Let the members see what the conversation's rule, which has just changed, allows them."""
    members = conversation.memberships.filter(history_from_seq__gt=0)
    if conversation.history == History.ALL:
        members.update(history_from_seq=0)
    elif conversation.history == History.DAYS:
        with connection.cursor() as cursor:
            cursor.execute(_LOOSENED, [conversation.history_days, conversation.id])
