"""What statements read: each is run once more under EXPLAIN ANALYZE, and its rows counted.

Rows that a plan looks at tell what no number of queries does: a scan of a table, a count of all, a
walk along an index that throws away nearly everything. They are the same on every machine.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

_VERBS = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
_TABLE_READS = {
    "Seq Scan",
    "Index Scan",
    "Index Only Scan",
    "Bitmap Heap Scan",
    "Bitmap Index Scan",
    "Tid Scan",
    "Sample Scan",
}


@dataclass
class Reads:
    """The statements of one request, with the rows that each looked at."""

    statements: list[tuple[int, str]] = field(default_factory=list)
    queries: int = 0

    @property
    def rows(self) -> int:
        """Rows that all statements together looked at."""
        return sum(rows for rows, _ in self.statements)

    @property
    def most(self) -> int:
        """Rows that the greediest statement looked at."""
        return max((rows for rows, _ in self.statements), default=0)

    @property
    def greediest(self) -> str:
        return max(self.statements, default=(0, "nothing was read"))[1]


@contextmanager
def reads() -> Iterator[Reads]:
    """Count what the statements of this block look at."""
    found = Reads()
    is_ours = False

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal is_ours
        if is_ours:
            return execute(sql, params, many, context)
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")):
            found.queries += 1
        if sql.lstrip(" \n(").startswith(_VERBS) and not many:
            is_ours = True
            try:
                found.statements.append((_rows_of(sql, params), f"{sql} {params}"))
            finally:
                is_ours = False
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield found


def _rows_of(sql: str, params: Any) -> int:
    """Whatever it writes is undone: it runs again for good."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT looked")
        try:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
            ((plan,),) = cursor.fetchall()
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT looked")
    return round(_walk(plan[0]["Plan"]))


def _walk(node: dict[str, Any]) -> float:
    rows = 0.0
    if node["Node Type"] in _TABLE_READS:
        removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        each = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
        # A walk that skips from value to value shows no row that it removed, only its searches.
        rows = each * node["Actual Loops"] + node.get("Index Searches", 0)
    return rows + sum(map(_walk, node.get("Plans", ())))
