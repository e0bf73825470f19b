"""Finds the rows of a search in the order of their time, however frequent its words are.

A word that is everywhere is found at once by walking from the newest message backwards, and a word
in five messages by the index over words. PostgreSQL guesses which it is from its statistics: where
these do not know the word, or are old, or not there yet, it walked through a million messages for
five. So nothing is left to guess. Each step is a statement that can be carried out in one way only:

1. A short walk along an index whose order is that of the hits: of the one conversation, of what
   calls on the person, of what one author wrote, or of all there is. Where it fills the page, or
   all of it was walked, that is the answer.
2. Where the walk does not even promise a page, what is looked for may be rare: an index brings all
   that may be meant, words, files, threads, or says that it is more than a few. To say so of a word
   that is everywhere takes it milliseconds: it is asked before for the days of the last messages.
3. Of words that are not rare the index is asked for one piece of time after the other (`slots`),
   longer ones where there is little: what was frequent once is found, however much was said since.
4. What is frequent there, or has no words, is somewhere further back: the walk goes on.
5. What is frequent only elsewhere, in a conversation or time of which the walk saw nothing, is
   brought by the index after all, but no more of it than there is to be looked at for the person.
   This alone may take as long as the history is, and so is given up after some seconds: what the
   walks have found stands then, and `is_cut` says that there may be more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from core.paging import decode_cursor, encode_cursor
from messaging.messages.view import COLUMNS
from messaging.search.reach import FEW, conversations_seen, sees_little
from messaging.search.slots import IN_SLOT, LEVELS, Slot, slot_at
from tenants.statements import TookTooLong, given_up_after, hot_rows

WALKS = (1_000, 4_000, 45_000)
"""Messages that a walk looks at: at first, where that promises a page, and for what is not rare."""

CHANCE = 4
"""A page is promised by a quarter of it."""

RARE = 2_000
"""So many candidates are brought by an index at once, rather than walked to."""

FIRST_SLOTS, MOST_SLOTS = 2, 16
"""Pieces of time that the index is asked for: short ones at first, and for what is not rare."""

MOST_IN_SLOT = 500
"""What is more frequent in a short piece is walked to there."""

PATIENCE_S = 3.0
"""How long the database may look for what is frequent only elsewhere."""

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
    (SELECT {place} AS place, x.message_id FROM messaging_mention x
      WHERE {within} AND x.user_id = %(user_id)s ORDER BY {place} DESC LIMIT {limit})
    UNION ALL
    (SELECT {place}, x.message_id FROM messaging_mention x
      WHERE {within} AND x.user_id IS NULL
        AND NOT EXISTS (SELECT FROM messaging_mention own
              WHERE own.message_id = x.message_id AND own.user_id = %(user_id)s)
      ORDER BY {place} DESC LIMIT {limit})
    ORDER BY place DESC
"""

# A conversation holds no more messages than its journal holds events: the limit cuts nothing off,
# and says that the index is to be walked.
_OF_SEEN = """
    SELECT {columns} FROM unnest(%(seen)s::uuid[], %(heads)s::bigint[]) seen(id, head)
    CROSS JOIN LATERAL (SELECT * FROM messaging_message m WHERE m.conversation_id = seen.id
                         ORDER BY m.seq DESC LIMIT seen.head) m
"""

_BY_ID = """
    SELECT m.* FROM ({ids}) x
    CROSS JOIN LATERAL (SELECT * FROM messaging_message m WHERE m.id = x.message_id OFFSET 0) m
"""
_OF_ONE = "m.author_id >= {author} AND m.author_id <= {author}"
# The same message may come several times; that is cheaper than to collect them all first.
FILES = "SELECT message_id FROM messaging_file WHERE deleted_at IS NULL"
THREADS = """
    SELECT id AS message_id FROM messaging_message WHERE thread_id IS NOT NULL
     UNION ALL SELECT thread_id FROM messaging_message WHERE thread_id IS NOT NULL
"""


@dataclass
class Sought:
    """What is looked for: conditions on `m`, and how to go about it.

    `visible` is the condition of what the actor may see. `within` is the name of the parameter that
    holds the one conversation, whose order is then the order of the hits. `author` is that of the
    one author, or of several. `words` are conditions that the index over words answers, and `ids`
    statements that name all that may be meant.
    """

    actor: Actor
    where: list[str]
    visible: str
    params: dict[str, Any]
    wanted: str | None = None
    within: str | None = None
    author: str | None = None
    calls_on_one: bool = False
    words: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    is_cut: bool = False
    _is_frequent: bool = False
    _bounds: list[tuple[str, str]] = field(default_factory=list)
    _columns: str = COLUMNS

    @property
    def order(self) -> str:
        return "m.seq" if self.within else "m.id"

    @property
    def _walked(self) -> str:
        """The order of a walk. By their messages for one author, by a range of one: else it would
        be for the planner to say whether they wrote so much that walking past others is quicker."""
        if self._is_of_one and not self.within and not self.calls_on_one:
            return "m.author_id DESC, m.id DESC"
        return f"{self.order} DESC"

    def newest(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """A page of hits, the newest first, and the cursor of the next."""
        if cursor:
            (self.params["before"],) = decode_cursor(cursor, int if self.within else UUID)
            self.bound(self.order, "<", "before")
        rows = self._find(limit + 1)
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], encode_cursor(rows[limit - 1][-1])

    def best(self, cursor: str | None, limit: int) -> tuple[list[tuple], str | None]:
        """The best of the newest. What comes in meanwhile does not move the pages that follow."""
        skip, now = 0, timezone.now()
        if cursor:
            skip, stamp, self.params["newest"] = decode_cursor(cursor, int, str, UUID)
            now = _moment(stamp) or now
            self.bound("m.id", "<=", "newest")
        self._columns = "m.id"
        ids = [row[0] for row in self._find(MOST_RANKED)]
        self.params |= {"now": now, "skip": max(0, min(skip, MOST_RANKED))}
        rows = self._ranked(ids, limit + 1)
        if len(rows) <= limit:
            return rows, None
        return rows[:limit], encode_cursor(skip + limit, now.isoformat(), max(ids))

    def bound(self, column: str, operator: str, param: str) -> None:
        """Look at nothing beyond; where it is in the order of the walk, that begins or ends there.

        A condition that says so is still to be met: it is added here.
        """
        self.where.append(f"{column} {operator} %({param})s")
        if column == self.order:
            self._bounds.append((operator, param))

    def _find(self, needed: int) -> list[tuple]:
        """Walk as far as it is worth it, and ask an index where that does not do."""
        hits: list[tuple] = []
        first, chance, further = WALKS
        if self._walk_on(hits, needed, first):
            return hits
        if len(hits) * CHANCE >= needed and self._walk_on(hits, needed, chance):
            return hits
        if self._go_back(hits, needed, FIRST_SLOTS, levels=1):
            return hits
        rare = self._rare(needed)
        if rare is not None:
            return rare
        if self._go_back(hits, needed, MOST_SLOTS, levels=LEVELS):
            return hits
        if self._walk_on(hits, needed, further):
            return hits
        try:
            with given_up_after(PATIENCE_S):
                return self._frequent_elsewhere(hits, needed)
        except TookTooLong:
            self.is_cut = True
            return hits

    def _rare(self, needed: int) -> list[tuple] | None:
        """All hits by an index, or None where more than a few may be meant."""
        leading = self._leading()
        rare = None
        if leading is not None and not self._is_frequent:
            rare = self._all(leading, needed, RARE)
        if rare is not None:
            return rare
        # Asked for last: it adds up all conversations, and is kept for ten minutes only.
        if self._is_anywhere and sees_little(self.actor):
            holds = self._confine()
            if holds is not None and holds <= FEW:
                return self._all(self._of_seen, needed)
        return None

    def _go_back(self, hits: list[tuple], needed: int, most: int, *, levels: int) -> bool:
        """Add what the index over words has of one piece of time after the other.

        Says whether that is all that is needed, or all there is; else the next walk goes on there.
        """
        if not self._is_by_words or self._is_frequent:
            return False
        level, highest = 0, levels - 1
        for _ in range(most):
            slot = slot_at(self.params["walked_to"], level)
            self.params["slot"] = slot.key
            source = f"{self._leading()} AND {IN_SLOT}"
            found = self._all(source, needed - len(hits), MOST_IN_SLOT)
            if found is None and level == 0:
                self._is_frequent = True
                return False
            if found is None:
                level = highest = level - 1
                continue
            hits += found
            if len(hits) == needed or not self._step_below(slot):
                return True
            level = min(level + 1, highest)
        return False

    @property
    def _is_by_words(self) -> bool:
        """Whether the index over words is asked for hits in the order of their time."""
        return bool(self.words) and not (self.within or self.calls_on_one or self._is_of_one)

    def _step_below(self, slot: Slot) -> bool:
        """Go on at the newest message before a piece of time; False where there is none."""
        self.params["slot_begins"] = slot.first_id
        where = [*self._bounds_of("m.id"), "m.id < %(slot_begins)s"]
        rows = hot_rows(
            f"SELECT m.id FROM messaging_message m WHERE {' AND '.join(where)}"
            " ORDER BY m.id DESC LIMIT 1",
            self.params,
        )
        if rows:
            ((self.params["walked_to"],),) = rows
        return bool(rows)

    def _frequent_elsewhere(self, hits: list[tuple], needed: int) -> list[tuple]:
        """No more is brought than the person may see at all; where it is more, that is searched."""
        leading = self._leading()
        if leading is not None:
            holds = self._head() if self.within else self._confine() if self._is_anywhere else None
            found = self._all(leading, needed, holds)
            if found is not None:
                return found
        if "seen" in self.params and not self.calls_on_one and not self._is_of_one:
            return self._all(self._of_seen, needed) or []
        self._walk_on(hits, needed, _TO_THE_END)
        return hits

    @property
    def _is_anywhere(self) -> bool:
        return self.within is None and "in_is" not in self.params

    def _confine(self) -> int | None:
        """Search in the conversations alone that the actor sees; returns how much these hold."""
        if "seen" not in self.params:
            seen = conversations_seen(self.actor)
            if seen is None:
                return None
            self.params |= {"seen": list(seen), "heads": list(seen.values())}
            self.where.append("m.conversation_id = ANY(%(seen)s)")
        return sum(self.params["heads"])

    def _head(self) -> int:
        head = "SELECT last_seq FROM events_stream WHERE id = %s"
        return sum(row[0] for row in hot_rows(head, [self.params[self.within or ""]]))

    def _walk_on(self, hits: list[tuple], needed: int, most: int) -> bool:
        """Add the hits among so many of those that follow, with no look at anything older.

        Says whether that is all that is needed, or all there is; else the next walk goes on there.
        """
        messages, places = self._way(most)
        nothing = ", ".join("NULL" for _ in self._columns.split(","))
        # The end is looked for only where the page was not filled before.
        rows = hot_rows(
            f"(SELECT {self._columns}, {self.order} AS place, FALSE FROM ({messages}) m"
            f" WHERE {self._met} ORDER BY {self._walked} LIMIT {needed})"
            f" UNION ALL (SELECT {nothing}, place, TRUE FROM ({places}) x) LIMIT {needed}",
            self.params,
        )
        ended_at = rows.pop()[-2] if rows and rows[-1][-1] else None
        hits += [row[:-1] for row in rows[: needed - len(hits)]]
        if ended_at is None or len(hits) == needed:
            return True
        if "walked_to" not in self.params:
            self._bounds.append(("<=", "walked_to"))
        self.params["walked_to"] = ended_at
        return False

    def _way(self, most: int) -> tuple[str, str]:
        """The messages of a walk, and the place where the next one begins."""
        if self.calls_on_one:
            place = "x.seq" if self.within else "x.message_id"
            where = [f"x.conversation_id = %({self.within})s"] if self.within else []
            where += self._bounds_of(place)
            calls = _CALLS.format(place=place, within=" AND ".join(where) or "TRUE", limit=most + 1)
            return (
                _BY_ID.format(ids=f"{calls} LIMIT {most}"),
                f"SELECT place FROM ({calls} OFFSET {most} LIMIT 1) x",
            )
        where = self._bounds_of(self.order)
        if self.within is not None:
            where.append(f"m.conversation_id = %({self.within})s")
        elif self._is_of_one:
            where.append(_OF_ONE.format(author=f"%({self.author})s"))
        newest = (
            f"FROM messaging_message m WHERE {' AND '.join(where) or 'TRUE'}"
            f" ORDER BY {self._walked}"
        )
        return (
            f"SELECT m.* {newest} LIMIT {most}",
            f"SELECT {self.order} AS place {newest} OFFSET {most} LIMIT 1",
        )

    def _bounds_of(self, column: str) -> list[str]:
        return [f"{column} {operator} %({param})s" for operator, param in self._bounds]

    @property
    def _met(self) -> str:
        """Conditions are met in this order: rights are the dearest."""
        return " AND ".join([*self.where, self.visible])

    def _leading(self) -> str | None:
        """The ids of all messages that may be meant, by what is likely to be the rarest about
        them."""
        places = f"SELECT {self._named} FROM"
        if self.words:
            return f"{places} messaging_message m WHERE {' AND '.join(self.words)}"
        if self.author is not None and (self.within is not None or not self._is_of_one):
            if self._is_of_one:
                one = _OF_ONE.format(author=f"%({self.author})s")
                return f"{places} messaging_message m WHERE {one}"
            return (
                f"{places} unnest(%({self.author})s::uuid[]) a(id) CROSS JOIN LATERAL"
                f" (SELECT * FROM messaging_message m WHERE {_OF_ONE.format(author='a.id')}"
                " OFFSET 0) m"
            )
        return f"{places} ({_BY_ID.format(ids=self.ids[0])}) m" if self.ids else None

    @property
    def _is_of_one(self) -> bool:
        return self.author is not None and isinstance(self.params[self.author], UUID)

    @property
    def _of_seen(self) -> str:
        return _OF_SEEN.format(columns=self._named)

    @property
    def _named(self) -> str:
        """What is known of a candidate: its id, and its place where that is not its id."""
        return "m.id, m.seq AS place" if self.within else "m.id AS place"

    def _all(self, source: str, needed: int, most: int | None = None) -> list[tuple] | None:
        """The newest hits of all that a statement names, or None where that is more than `most`.

        What is materialized is planned by itself and to its last row: no plan hopes to end early.
        It is read as far as it is needed all the same. What it names is looked at from the newest
        on, each by its id.
        """
        beyond = f"SELECT FROM every OFFSET {_TO_THE_END if most is None else most} LIMIT 1"
        named = "id" if self.within else "place"
        nothing = ", ".join("NULL" for _ in self._columns.split(","))
        rows = hot_rows(
            f"WITH every AS MATERIALIZED ({source}), beyond AS MATERIALIZED ({beyond})"
            f" (SELECT {nothing}, NULL, TRUE FROM beyond) UNION ALL"
            f" (SELECT {self._columns}, every.place, FALSE"
            "  FROM (SELECT DISTINCT * FROM every WHERE NOT EXISTS (SELECT FROM beyond)"
            "         ORDER BY place DESC OFFSET 0) every"
            " CROSS JOIN LATERAL"
            f" (SELECT * FROM messaging_message m WHERE m.id = every.{named} OFFSET 0) m"
            f" WHERE {self._met} ORDER BY every.place DESC LIMIT {needed})",
            self.params,
        )
        return None if rows and rows[0][-1] else [row[:-1] for row in rows]

    def _ranked(self, ids: Sequence[UUID], limit: int) -> list[tuple]:
        """The best of these messages. OFFSET: each is fetched by its id, whatever the planner knows
        of the table."""
        if not ids:
            return []
        rank = _RANK.format(wanted=self.wanted)
        return hot_rows(
            f"SELECT {COLUMNS} FROM unnest(%(ids)s::uuid[]) hits(id) CROSS JOIN LATERAL"
            " (SELECT * FROM messaging_message m WHERE m.id = hits.id OFFSET 0) m"
            f" ORDER BY {rank} DESC, m.id DESC LIMIT %(limit)s OFFSET %(skip)s",
            self.params | {"ids": list(ids), "limit": limit},
        )


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
