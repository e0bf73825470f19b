"""How much of the organisation's history a person may see, for the plan of a search.

A search walks from the newest message backwards and looks at the rights of what matches. That is
the quickest way for whoever sees much of what is there. Whoever sees little, a guest above all, may
find nothing in a million messages: for them the search begins with the conversations they see.
"""

from typing import Any
from uuid import UUID

from django.core.cache import cache

from core.actor import Actor
from messaging.conversations.granted import GRANTED_TO
from tenants.statements import hot_rows

LITTLE = 0.2
"""Who sees less than this share of all messages is searched for by their conversations."""

FEW = 10_000
"""So many messages are looked through in a few milliseconds."""

_MOST_LISTED = 5_000
_KEPT_S = 600

_SEEN = f"""
SELECT conversation_id AS id FROM messaging_membership WHERE user_id = %s
 UNION SELECT id FROM messaging_conversation WHERE %s AND kind = 'public' AND history <> 'joined'
 UNION {GRANTED_TO.format(user="%s")}
"""

_SHARE = f"""
SELECT coalesce(sum(s.last_seq) FILTER (WHERE s.id IN ({_SEEN})), 0)::bigint,
       coalesce(sum(s.last_seq), 0)::bigint
  FROM events_stream s WHERE s.kind = 'conversation'
"""

_HEADS = f"SELECT s.id, s.last_seq FROM events_stream s JOIN ({_SEEN}) seen ON seen.id = s.id"


def sees_little(actor: Actor) -> bool:
    """How to search for a person; up to ten minutes old, since it decides nothing but the plan."""
    key = f"search-reach:{actor.user_id}:{actor.is_guest}"
    known = cache.get(key)
    if known is None:
        ((seen, messages),) = hot_rows(_SHARE, _params(actor))
        known = messages > FEW and seen < LITTLE * messages
        cache.set(key, known, _KEPT_S)
    return known


def conversations_seen(actor: Actor) -> dict[UUID, int] | None:
    """The conversations that the person sees, or more, and how many messages each holds at most;
    None where they are too many to name."""
    rows = hot_rows(f"{_HEADS} LIMIT {_MOST_LISTED + 1}", _params(actor))
    return dict(rows) if len(rows) <= _MOST_LISTED else None


def _params(actor: Actor) -> list[Any]:
    return [actor.user_id, not actor.is_guest, actor.user_id, actor.user_id]
