"""Finds the rows of a search in the order of their time, however frequent its words are.

A word that is everywhere is found at once by walking from the newest message backwards, and a word
in five messages by the index over words. PostgreSQL guesses which it is from its statistics: where
these do not know the word, or are old, or not there yet, it walked through a million messages for
five. So nothing is left to guess. Each step is a statement that can be carried out in one way only:

1. A walk along an index whose order is that of the hits, over a bounded number of the newest: of
   the one conversation, of what calls on the person, of what one author wrote, or of all there is.
   Where all of it was walked, that is the answer.
2. Where the walk does not even promise a page, what is looked for is so rare that an index brings
   all of it: words, authors, files, threads. In one conversation it may be rare here and frequent
   elsewhere: there no more is fetched than the conversation itself holds, and else it is walked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.paging import decode_cursor, encode_cursor
from messaging.messages.view import COLUMNS
from tenants.statements import hot_rows

WALKS = (5_000, 15_000, 45_000)
"""Messages that a walk looks at: further only while there is a chance of a full page, ..."""

CHANCE = 8
"""... that is, while an eighth of it was found."""

MOST_RANKED = 300
"""So many of the newest hits are ranked; what is older is found by more words, or by date."""

# A hit of today counts twice as much as one of three months ago.
_RANK = """
    ts_rank(m.words, {wanted}, 1)
    * (0.5 + 0.5 * exp(-extract(epoch FROM %(now)s::timestamptz - m.created_at)::float8 / 7776000))
"""

_TO_THE_END = 1 << 40

# Two walks that are merged, and no union: that would fetch and sort all of both.
_CALLS = """
    SELECT m.* FROM (
        (SELECT {place} AS place, x.message_id FROM messaging_mention x
          WHERE {within} AND x.user_id = %(user_id)s ORDER BY {place} DESC LIMIT {limit})
        UNION ALL
        (SELECT {place}, x.message_id FROM messaging_mention x
          WHERE {within} AND x.user_id IS NULL
            AND NOT EXISTS (SELECT FROM messaging_mention own
                  WHERE own.message_id = x.message_id AND own.user_id = %(user_id)s)
          ORDER BY {place} DESC LIMIT {limit})
        ORDER BY place DESC LIMIT {limit}) x
    CROSS JOIN LATERAL (SELECT * FROM messaging_message m WHERE m.id = x.message_id OFFSET 0) m
"""

# A conversation holds no more messages than its journal holds events: the limit cuts nothing off,
# and says that the index is to be walked.
_OF_SEEN = """
    SELECT m.* FROM unnest(%(seen)s::uuid[], %(heads)s::bigint[]) seen(id, head)
    CROSS JOIN LATERAL (SELECT * FROM messaging_message m WHERE m.conversation_id = seen.id
                         ORDER BY m.seq DESC LIMIT seen.head) m
"""

_BY_ID = """
    SELECT m.* FROM ({ids}) x
    CROSS JOIN LATERAL (SELECT * FROM messaging_message m WHERE m.id = x.message_id OFFSET 0) m
"""
FILES = "SELECT DISTINCT message_id FROM messaging_file WHERE deleted_at IS NULL"
THREADS = """
    SELECT id AS message_id FROM messaging_message WHERE thread_id IS NOT NULL
     UNION SELECT thread_id FROM messaging_message WHERE thread_id IS NOT NULL
"""


class _Hit(NamedTuple):
    """A hit, or, with `is_end`, the first message that the walk left out."""

    id: UUID
    place: int | UUID
    is_end: bool


@dataclass
class Sought:
    """What is looked for: conditions on `m`, and how to go about it.

    `within` is the name of the parameter that holds the one conversation, whose order is then the
    order of the hits. `author` is that of the one author, or of several. `words` are conditions
    that the index over words answers, and `ids` statements that name all that may be meant.
    `seen` are the conversations to which the person is confined, and `is_all_seen` says that they
    hold so little that all of it is looked at.
    """

    where: list[str]
    params: dict[str, Any]
    wanted: str | None = None
    within: str | None = None
    author: str | None = None
    calls_on_one: bool = False
    words: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    has_seen: bool = False
    is_all_seen: bool = False
    _bounds: list[tuple[str, str]] = field(default_factory=list)

    @property
    def order(self) -> str:
        return "m.seq" if self.within else "m.id"

    def newest(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """A page of hits, the newest first, and the cursor of the next."""
        if cursor:
            (self.params["before"],) = decode_cursor(cursor, int if self.within else UUID)
            self.bound(self.order, "<", "before")
        hits = self._find(limit + 1)
        rows = self._rows(hits[:limit], "n", limit)
        if len(hits) <= limit:
            return rows, None
        return rows, encode_cursor(hits[limit - 1].place)

    def best(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """The best of the newest. What comes in meanwhile does not move the pages that follow."""
        skip, now = 0, timezone.now()
        if cursor:
            skip, stamp, self.params["newest"] = decode_cursor(cursor, int, str, UUID)
            now = _moment(stamp) or now
            self.bound("m.id", "<=", "newest")
        hits = self._find(MOST_RANKED)
        self.params |= {"now": now, "skip": max(0, min(skip, MOST_RANKED))}
        rank = f"{_RANK.format(wanted=f'({self.wanted})')} DESC, m.id DESC"
        rows = self._rows(hits, rank, limit + 1)
        if len(rows) <= limit:
            return rows, None
        newest = max(hit.id for hit in hits)
        return rows[:limit], encode_cursor(skip + limit, now.isoformat(), newest)

    def bound(self, column: str, operator: str, param: str) -> None:
        """Look at nothing beyond; where it is in the order of the walk, that begins or ends there.

        A condition that says so is still to be met: it is added here.
        """
        self.where.append(f"{column} {operator} %({param})s")
        if column == self.order:
            self._bounds.append((operator, param))

    def _find(self, needed: int) -> list[_Hit]:
        """Walk as far as it is worth it, and ask an index where that does not do."""
        self.params["needed"] = needed
        if self.is_all_seen:
            return self._hits(self._every(_OF_SEEN))
        for most in WALKS:
            hits = self._hits(self._walk(most))
            is_whole = not (hits and hits[-1].is_end)
            hits = hits if is_whole else hits[:-1]
            if is_whole or len(hits) >= needed:
                return hits
            if len(hits) * CHANCE < needed:
                break
        return self._rare()

    def _rare(self) -> list[_Hit]:
        leading = self._leading()
        most = _TO_THE_END
        if self.within is not None:
            head = "SELECT last_seq FROM events_stream WHERE id = %s"
            most = sum(row[0] for row in hot_rows(head, [self.params[self.within]]))
            if leading is not None:
                hits = self._hits(self._every(leading, most))
                if not (hits and hits[0].is_end):
                    return hits
        elif leading is not None:
            return self._hits(self._every(leading))
        return self._hits(self._walk(most))

    def _walk(self, most: int) -> str:
        """The hits among so many of the newest, with no look at anything older; and an end where
        something older is left."""
        way = self._way(most + 1)
        return (
            f"SELECT m.id, {self.order}, m.n > {most} FROM (SELECT m.*, row_number() OVER"
            f" (ORDER BY {self.order} DESC) AS n FROM ({way}) m) m"
            f" WHERE m.n > {most} OR ({' AND '.join(self.where)})"
            f" ORDER BY {self.order} DESC LIMIT %(needed)s"
        )

    def _way(self, limit: int) -> str:
        if self.calls_on_one:
            place = "x.seq" if self.within else "x.message_id"
            within = [f"x.conversation_id = %({self.within})s"] if self.within else []
            within += self._bounds_of(place)
            return _CALLS.format(place=place, within=" AND ".join(within) or "TRUE", limit=limit)
        where = self._bounds_of(self.order)
        if self.within is not None:
            where.append(f"m.conversation_id = %({self.within})s")
        elif self._is_of_one:
            where.append(f"m.author_id = %({self.author})s")
        return (
            f"SELECT m.* FROM messaging_message m WHERE {' AND '.join(where) or 'TRUE'}"
            f" ORDER BY {self.order} DESC LIMIT {limit}"
        )

    def _bounds_of(self, column: str) -> list[str]:
        return [f"{column} {operator} %({param})s" for operator, param in self._bounds]

    def _leading(self) -> str | None:
        """All messages that may be meant, by what is likely to be the rarest about them."""
        if self.words:
            where = " AND ".join([*self.words, *self._confined()])
            return f"SELECT m.* FROM messaging_message m WHERE {where}"
        if self.author is not None and (self.within is not None or not self._is_of_one):
            same = f"= %({self.author})s" if self._is_of_one else f"= ANY(%({self.author})s)"
            return f"SELECT m.* FROM messaging_message m WHERE m.author_id {same}"
        return _BY_ID.format(ids=self.ids[0]) if self.ids else None

    @property
    def _is_of_one(self) -> bool:
        return self.author is not None and isinstance(self.params[self.author], UUID)

    def _confined(self) -> list[str]:
        return ["m.conversation_id = ANY(%(seen)s)"] if self.has_seen else []

    def _every(self, source: str, most: int | None = None) -> str:
        """The newest hits of all that a statement brings; and an end, alone, where that is more
        than `most`.

        What is materialized is planned by itself and to its last row: no plan hopes to end early.
        It is read as far as it is needed all the same.
        """
        every = f"WITH every AS MATERIALIZED ({source})"
        hits = (
            f"SELECT m.id, {self.order} AS place, FALSE FROM every m"
            f" WHERE {' AND '.join(self.where)} ORDER BY place DESC LIMIT %(needed)s"
        )
        if most is None:
            return f"{every} {hits}"
        return (
            f"{every}, beyond AS MATERIALIZED (SELECT m.id, {self.order} FROM every m"
            f" OFFSET {most} LIMIT 1)"
            " SELECT *, TRUE FROM beyond UNION ALL"
            f" SELECT * FROM ({hits}) m WHERE NOT EXISTS (SELECT FROM beyond)"
        )

    def _hits(self, sql: str) -> list[_Hit]:
        return [_Hit(*row) for row in rows_of(sql, self.params)]

    def _rows(self, hits: Sequence[_Hit], order: str, limit: int) -> list[tuple]:
        """The messages themselves. OFFSET: each is fetched by its id, whatever the planner knows
        of the table."""
        if not hits:
            return []
        params = {"skip": 0} | self.params
        return rows_of(
            f"SELECT {COLUMNS} FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY hits(id, n)"
            " CROSS JOIN LATERAL"
            " (SELECT * FROM messaging_message m WHERE m.id = hits.id OFFSET 0) m"
            f" ORDER BY {order} LIMIT %(limit)s OFFSET %(skip)s",
            params | {"ids": [hit.id for hit in hits], "limit": limit},
        )


def rows_of(sql: str, params: dict[str, Any]) -> list[tuple]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
