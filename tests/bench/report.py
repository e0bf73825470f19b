"""The table, the JSON, and the comparison with a baseline."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.budgets import BUDGETS, Budget
from tests.bench.scenarios import Figures

BASELINE = Path(__file__).with_name("baseline.json")
WORSE = 0.20
"""A figure this much worse than the baseline's is named."""


@dataclass(frozen=True)
class Row:
    """One figure as measured, with the floor's where there is one."""

    budget: Budget
    value: float
    floor: float | None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        return self.budget.verdict(self.value, self.floor)


def rows_of(product: Figures, floor: Figures) -> list[Row]:
    """The figures in the order of the budgets."""
    return [
        Row(budget, product[key], floor.get(key))
        for key, budget in BUDGETS.items()
        if key in product
    ]


def table(rows: list[Row]) -> str:
    """The figures beside the floor and their limits, for a terminal."""
    head = ("", "measured", "floor", "ratio", "must", "and then", "met")
    lines = [head]
    for row in rows:
        budget = row.budget
        lines.append(
            (
                f"{budget.key[0]}. {budget.label}" + (f", {budget.unit}" if budget.unit else ""),
                _number(row.value),
                _number(row.floor),
                _number(row.ratio),
                _limit(budget, budget.must),
                _limit(budget, budget.then),
                row.verdict,
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def as_json(rows: list[Row], details: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Everything that was measured; `details` is CPU by component and scenario."""
    return {
        "processors": os.cpu_count(),
        "seconds": round(seconds, 1),
        "figures": {
            row.budget.key: {
                "measured": row.value,
                "floor": row.floor,
                "ratio": row.ratio,
                "must": row.budget.must,
                "then": row.budget.then,
                "verdict": row.verdict,
            }
            for row in rows
        },
        "cpu_ms": details,
    }


def baseline_of(rows: list[Row]) -> dict[str, float]:
    """What lasts from day to day: CPU, memory and counts as they are, latencies as ratios."""
    return {
        row.budget.key: round(_comparable(row), 4)
        for row in rows
        if row.budget.is_lasting and (row.ratio is not None or not row.budget.by_ratio)
    }


def worse(rows: list[Row]) -> list[str]:
    """Name what got worse than the baseline by more than a fifth."""
    if not BASELINE.exists():
        return []
    before = json.loads(BASELINE.read_text())
    now = baseline_of(rows)
    return [
        f"{key}: {_number(now[key])} was {_number(before[key])}"
        for key in now
        if key in before and now[key] > before[key] * (1 + WORSE)
    ]


def keep_baseline(rows: list[Row]) -> None:
    """Make this run's lasting figures those that later runs are compared with."""
    before = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    BASELINE.write_text(json.dumps(before | baseline_of(rows), indent=2, sort_keys=True) + "\n")


def _comparable(row: Row) -> float:
    return row.value if not row.budget.by_ratio or row.ratio is None else row.ratio


def _limit(budget: Budget, limit: float | None) -> str:
    if limit is None:
        return ""
    sign = "≥" if budget.is_more_better else "≤"
    return f"{sign} {_number(limit)}" + (" × floor" if budget.by_ratio else "")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
