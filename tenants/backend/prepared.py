"""Prepared statements of one connection, asked straight through libpq.

psycopg's cursor takes a statement through generators that can be waited for in many ways, which
costs as much processor again as the statement itself. Here nothing is waited for but the answer:
`PQexecPrepared`, without the interpreter's lock. Parameters and columns are converted by psycopg as
ever.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus

type Params = Sequence[Any] | Mapping[str, Any]

MOST_PREPARED = 100
"""Types of parameters differ with their values: one query may be prepared several times.

What is over is forgotten, the longest unused first: texts that a caller can vary, by the length of
a page for one, push out nothing that runs all the time.
"""

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")


class Prepared:
    """What is prepared on a connection, the longest unused first."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self._names: OrderedDict[tuple[str, Any], bytes] = OrderedDict()
        self._made = 0

    def rows(self, query: str, params: Params) -> list[tuple]:
        """Run a statement outside of any transaction; returns its rows.

        Errors  psycopg.Error as a cursor would raise it.
        """
        text, names = numbered(query)
        values: Any = params
        if names is not None:
            values = [cast(Mapping[str, Any], params)[name] for name in names]
        transformer = Transformer.from_context(self.connection)
        dumped: Any = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        pgconn, types, formats = self.connection.pgconn, transformer.types, transformer.formats
        if self.connection.prepare_threshold is None:
            # Behind a pooler that cannot keep them (CHANCERY_PREPARE=0).
            result = pgconn.exec_params(text, dumped, types, formats)
        else:
            name = self._name_of(query, text, types)
            result = pgconn.exec_prepared(name, dumped, formats)
        self._check(result)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def _name_of(self, query: str, text: bytes, types: Any) -> bytes:
        """What a statement is called on the server, which is told of it where it is new."""
        key = (query, types)
        name = self._names.get(key)
        if name is not None:
            self._names.move_to_end(key)
            return name
        pgconn = self.connection.pgconn
        if len(self._names) >= MOST_PREPARED:
            _, oldest = self._names.popitem(last=False)
            self._check(pgconn.exec_(b"DEALLOCATE " + oldest))
        self._made += 1
        name = b"hot_%d" % self._made
        self._check(pgconn.prepare(name, text, types))
        self._names[key] = name
        return name

    def _check(self, result: Any) -> None:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return
        if self.connection.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self.connection.pgconn.get_error_message())
        raise error_from_result(result, self.connection.info.encoding)


@lru_cache(maxsize=1000)
def numbered(query: str) -> tuple[bytes, tuple[str, ...] | None]:
    """A query with `$1` for its first parameter; the parameters' names in that order, if any."""
    names: dict[str, int] = {}
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            count += 1
            return f"${count}"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    text = _PLACEHOLDER.sub(number, query)
    return text.encode(), tuple(names) if names else None
