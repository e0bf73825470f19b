"""Every figure the bench prints, with what it must be and what we want next."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """One figure. Limits are absolute, or multiples of the floor where `by_ratio` says so."""

    key: str
    label: str
    unit: str
    must: float | None = None
    then: float | None = None
    by_ratio: bool = False
    is_more_better: bool = False
    #: Figures that hold on another day: CPU, memory, ratios. Latencies compare only in one run.
    is_lasting: bool = False

    def holds(self, limit: float | None, value: float, floor: float | None) -> bool | None:
        """Say whether a limit is met; None where there is nothing to compare with."""
        if limit is None:
            return None
        measured = value
        if self.by_ratio:
            if not floor:
                return None
            measured = value / floor
        return measured >= limit if self.is_more_better else measured <= limit

    def verdict(self, value: float, floor: float | None) -> str:
        """`then` and `must` name the limit that is met, `MISSED` that none is."""
        if self.holds(self.then, value, floor):
            return "then"
        met = self.holds(self.must, value, floor)
        return "-" if met is None else "must" if met else "MISSED"


def _lasting(key: str, label: str, unit: str, must: float | None, then: float | None) -> Budget:
    return Budget(key, label, unit, must, then, is_lasting=True)


BUDGETS: Mapping[str, Budget] = {
    budget.key: budget
    for budget in (
        Budget("F.start_s", "nothing running to first delivery", "s", 12, 5),
        _lasting("F.idle_mib", "idle memory of the whole stack, PSS", "MiB", 500, 300),
        _lasting("F.idle_cpu", "idle CPU of the whole stack, of one core", "%", None, None),
        Budget("A.ack_ms", "room of 100: send to ack, p50", "ms", 3, 2, True, is_lasting=True),
        Budget("A.seen_ms", "send to the last of 100, p50", "ms", 3, 2, True, is_lasting=True),
        _lasting("A.cpu_ms", "CPU per message, 100 receivers", "ms", 8, 5),
        _lasting("B.cpu_s", "room of 500: CPU per 1,000 deliveries", "s", 0.035, 0.020),
        Budget("B.per_s", "most deliveries per second", "/s", 16_000, 30_000, is_more_better=True),
        _lasting("B.idle_kib", "memory per idle connection, PSS", "KiB", 40, 23),
        _lasting("B.after_kib", "the same after the storm", "KiB", 120, 60),
        _lasting("B.connect_ms", "CPU to connect one user", "ms", 6, 2.5),
        _lasting("C.cpu_s", "50 rooms of 20: CPU per 1,000 messages", "s", 5, 2.9),
        Budget("C.per_s", "most messages/s, p99 < 500 ms", "/s", 160, 314, is_more_better=True),
        _lasting("D.cpu_ms", "last 50 of 100,000: CPU per request", "ms", 5, 2.3),
        Budget("D.ms", "last 50 of 100,000: p50", "ms"),
        Budget("E.common_ms", "search, common word: p50", "ms", 15, 8),
        Budget("E.rare_ms", "search, rare word: p50", "ms", 10, 2.5),
        _lasting("T.tables", "tables of ours in a tenant", "", 60, 60),
        Budget("T.create_s", "a tenant made, median", "s", 0.5, 0.25),
        Budget("T.migrate_s", "no-op migrate, per 500 tenants", "s", 60, 60),
        Budget("T.column_s", "migrate that adds a column, per 500 tenants", "s", 120, 120),
        Budget("N.shift", "a noisy tenant moves another's p95 by", "%", 10, 10),
        _lasting("P.queries", "opening with 5,000 conversations: queries", "", 10, 10),
        Budget("P.seconds", "the same: time in the server", "s"),
        _lasting(
            "M.rows", "a conversation of 1,000,000: most rows a query reads", "", 20_000, 7000
        ),
        _lasting("M.page", "its last 50: CPU per request", "ms", 5, 2.3),
        _lasting("M.around", "50 around a number: CPU per request", "ms", 5, 2.3),
        _lasting("M.date", "jump to a date: CPU per request", "ms", None, None),
        _lasting("M.permalink", "one message: CPU per request", "ms", 5, 2.3),
        _lasting("M.unread", "its unread counts: CPU per request", "ms", 5, 2.3),
        _lasting("M.sidebar", "the sidebar with it: CPU per request", "ms", 5, 2.3),
        _lasting("M.common", "common word everywhere: CPU per request", "ms", 15, 8),
        _lasting("M.common_in", "common word in it: CPU per request", "ms", 15, 8),
        _lasting("M.rare", "rare word everywhere: CPU per request", "ms", 10, 2.5),
        _lasting("M.rare_in", "rare word in it: CPU per request", "ms", 10, 2.5),
        _lasting("M.outsider", "common word, by who cannot see it: CPU", "ms", 15, 8),
    )
}
