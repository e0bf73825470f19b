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

_FEW = 10_000
"""So many messages are walked through in no time."""

_MOST_LISTED = 5_000
_KEPT_S = 600

_SEEN = f"""
SELECT conversation_id AS id FROM messaging_membership WHERE user_id = %s
 UNION SELECT id FROM messaging_conversation WHERE %s AND kind = 'public' AND history = 'all'
 UNION {GRANTED_TO.format(user="%s")}
"""

# The planner's own estimate of all messages: counting them would be the scan we are here to avoid.
_SHARE = f"""
SELECT coalesce(sum(s.last_seq), 0)::bigint,
       (SELECT reltuples::bigint FROM pg_class WHERE oid = 'messaging_message'::regclass)
  FROM events_stream s JOIN ({_SEEN}) seen ON seen.id = s.id
"""


def narrowed_to(actor: Actor) -> list[UUID] | None:
    """The conversations a search of this person is to begin with; None where it should walk.

    More than the person may see of them may be in it, so the search trims in any case; what decides
    between the two is up to ten minutes old, the list itself is of now.
    """
    if _share(actor) >= LITTLE:
        return None
    rows = hot_rows(f"{_SEEN} LIMIT {_MOST_LISTED + 1}", _params(actor))
    return [id_ for (id_,) in rows] if len(rows) <= _MOST_LISTED else None


def _share(actor: Actor) -> float:
    key = f"search-share:{actor.user_id}:{actor.is_guest}"
    share = cache.get(key)
    if share is None:
        ((seen, all_),) = hot_rows(_SHARE, _params(actor))
        share = 1.0 if all_ < _FEW else min(1.0, seen / all_)
        cache.set(key, share, _KEPT_S)
    return share


def _params(actor: Actor) -> list[Any]:
    return [actor.user_id, not actor.is_guest, actor.user_id, actor.user_id]
