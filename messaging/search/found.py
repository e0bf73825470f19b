"""Finds the rows of a search in the order of their time, however frequent its words are.

A word that is everywhere is found at once by walking from the newest message backwards, and a word
in five messages by the index over words. PostgreSQL guesses which it is, and where its statistics
do not know the word it walked through a million messages for five. So nothing is left to guess:
first a walk over a bounded number of the newest; if they do not even promise a page, the word is so
rare that the index brings all its hits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.paging import decode_cursor, encode_cursor
from messaging.messages.view import COLUMNS

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


@dataclass
class Sought:
    """What is looked for: conditions on `m`, and how to go about it.

    `scope` are those conditions that walking the newest honours by an index; in one conversation
    that is the conversation, and the order its own. `only_in` is a condition that so few messages
    meet that all of them are looked at, whatever the words.
    """

    where: list[str]
    params: dict[str, Any]
    wanted: str | None = None
    scope: list[str] = field(default_factory=list)
    is_large: bool = False
    only_in: str | None = None
    _beginning: list[str] = field(default_factory=list)

    @property
    def order(self) -> str:
        return "m.seq" if self.scope else "m.id"

    def newest(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """A page of hits, the newest first, and the cursor of the next."""
        kind = int if self.scope else UUID
        if cursor:
            (self.params["before"],) = decode_cursor(cursor, kind)
            self.begin_at(f"{self.order} < %(before)s")
        self.params["limit"] = limit + 1
        rows = self._read(self._page, "%(limit)s", limit + 1, len)
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        return rows[:limit], encode_cursor(last[2] if self.scope else last[0])

    def best(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """The best of the newest. What comes in meanwhile does not move the pages that follow."""
        skip, now = 0, timezone.now()
        if cursor:
            skip, stamp, self.params["newest"] = decode_cursor(cursor, int, str, UUID)
            now = _moment(stamp) or now
            self.begin_at("m.id <= %(newest)s")
        self.params |= {
            "now": now,
            "most": MOST_RANKED,
            "skip": max(0, min(skip, MOST_RANKED)),
            "limit": limit + 1,
        }
        rows = self._read(self._ranked, "%(most)s", MOST_RANKED, _hits_of)
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], encode_cursor(skip + limit, now.isoformat(), rows[0][-2])

    def _read(
        self,
        read: Callable[[str], list[tuple]],
        limit: str,
        needed: int,
        count: Callable[[list[tuple]], int],
    ) -> list[tuple]:
        """Walk as far as it is worth it, and ask the index where that does not do."""
        is_guessed = self.is_large and self.wanted is not None and self.only_in is None
        for walked in WALKS if is_guessed else ():
            rows = read(self._walk(limit, walked))
            if count(rows) >= needed:
                return rows
            if count(rows) * CHANCE < needed:
                break
        return read(self._every(limit) if is_guessed else self._plain(limit))

    def begin_at(self, condition: str) -> None:
        """Look at nothing newer; where it is in the order of the walk, that begins there."""
        self.where.append(condition)
        if condition.startswith(self.order):
            self._beginning.append(condition)

    def _walk(self, limit: str, walked: int) -> str:
        """The ids of hits among the newest, with no look at anything older."""
        scope = [*self.scope, *self._beginning] or ["TRUE"]
        return (
            f"SELECT m.id, {self.order} AS place FROM (SELECT * FROM messaging_message m"
            f" WHERE {' AND '.join(scope)} ORDER BY {self.order} DESC LIMIT {walked}) m"
            f" WHERE {' AND '.join(self.where)} ORDER BY {self.order} DESC LIMIT {limit}"
        )

    def _plain(self, limit: str) -> str:
        """The ids of the newest hits by whatever plan."""
        source = "messaging_message m"
        if self.only_in is not None:
            # OFFSET keeps the other conditions, and indexes for them, out of it.
            source = f"(SELECT * FROM messaging_message m WHERE {self.only_in} OFFSET 0) m"
        return (
            f"SELECT m.id, {self.order} AS place FROM {source}"
            f" WHERE {' AND '.join([*self.scope, *self.where])}"
            f" ORDER BY {self.order} DESC LIMIT {limit}"
        )

    def _every(self, limit: str) -> str:
        """The ids of the newest of all hits. Without a limit inside, no plan hopes to end early."""
        return (
            f"WITH every AS MATERIALIZED (SELECT m.id, {self.order} AS place"
            f" FROM messaging_message m WHERE {' AND '.join([*self.scope, *self.where])})"
            f" SELECT id, place FROM every ORDER BY place DESC LIMIT {limit}"
        )

    def _page(self, hits: str) -> list[tuple]:
        return rows_of(
            f"WITH hits AS MATERIALIZED ({hits})"
            f" SELECT {COLUMNS} FROM hits JOIN messaging_message m ON m.id = hits.id"
            f" ORDER BY hits.place DESC",
            self.params,
        )

    def _ranked(self, hits: str) -> list[tuple]:
        """With the newest hit, and the number of hits, at the end of each row."""
        return rows_of(
            f"WITH hits AS MATERIALIZED ({hits})"
            f" SELECT {COLUMNS}, (SELECT max(id::text)::uuid FROM hits),"
            f" (SELECT count(*) FROM hits) FROM hits JOIN messaging_message m ON m.id = hits.id"
            f" ORDER BY {_RANK.format(wanted=f'({self.wanted})')} DESC, m.id DESC"
            " LIMIT %(limit)s OFFSET %(skip)s",
            self.params,
        )


def rows_of(sql: str, params: dict[str, Any]) -> list[tuple]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _hits_of(ranked: list[tuple]) -> int:
    return ranked[0][-1] if ranked else 0


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
