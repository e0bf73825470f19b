"""Keeps the index in step with how the organisation wants it."""

from uuid import UUID

from django.db import connection, transaction

from accounts.policies import rows
from accounts.policies.selectors import stored
from messaging.search.models import SearchPolicy

TOKENS = "3"
"""Which making of `messaging_words` and `messaging_said` it is.

Raised with it, all messages are indexed anew.
"""

_BATCH = """
WITH batch AS (
    SELECT id FROM messaging_message
     WHERE (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(most)s),
changed AS (
    UPDATE messaging_message m
       SET words = messaging_words(messaging_said(m.id, m.text, m.parts), %(languages)s)
      FROM batch WHERE m.id = batch.id
       AND m.words IS DISTINCT FROM
           messaging_words(messaging_said(m.id, m.text, m.parts), %(languages)s)
    RETURNING 1)
SELECT min(id::text)::uuid, count(*), (SELECT count(*) FROM changed) FROM batch
"""


def wanted_index(policy: SearchPolicy) -> str:
    """How all messages should be indexed."""
    return f"{TOKENS}:{','.join(policy.languages)}"


def index_more(*, most: int = 1000) -> bool:
    """Index some messages the way that is wanted, the newest first; says whether more are left.

    Begins again at the newest where the wish has changed meanwhile. New messages are indexed as
    wanted by the trigger. Each call is a transaction of its own: no row is locked for long.
    """
    with transaction.atomic():
        policy = rows.hold(SearchPolicy)
        wanted = wanted_index(policy)
        if policy.indexed_as == wanted:
            return False
        before = policy.indexed_to if policy.indexing_as == wanted else None
        last, count = _index(policy.languages, before, most)
        is_done = count < most
        policy.indexing_as = "" if is_done else wanted
        policy.indexed_to = None if is_done else last
        policy.indexed_as = wanted if is_done else policy.indexed_as
        rows.write(policy)
    return not is_done


def is_indexed() -> bool:
    """Say whether every message is indexed the way that is wanted."""
    policy = stored(SearchPolicy)
    return policy.indexed_as == wanted_index(policy)


def _index(languages: list[str], before: UUID | None, most: int) -> tuple[UUID | None, int]:
    with connection.cursor() as cursor:
        cursor.execute(_BATCH, {"languages": languages, "before": before, "most": most})
        last, count, _changed = cursor.fetchone()
    return last, count
