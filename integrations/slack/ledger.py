"""Counts what an import did with everything it found, and lists what it could not use."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import IO, Any

from integrations.slack.records import Bad

KINDS = (
    "users",
    "conversations",
    "memberships",
    "messages",
    "replies",
    "reactions",
    "edits",
    "files",
)
COUNTS = ("in_file", "created", "already_there", "quarantined")
MOST_SHOWN = 20


class Ledger:
    """One import's book. Everything in the file ends in exactly one of the other columns.

    The report holds file, place and reason, one JSON object per line, and nothing people wrote.
    """

    def __init__(self, report: Path | None) -> None:
        self._counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        self._skipped: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._shown: list[dict[str, Any]] = []
        self._report_path = report
        self._report: IO[str] | None = None

    def created(self, kind: str, number: int = 1) -> None:
        self._add(kind, "created", number)

    def already_there(self, kind: str, number: int = 1) -> None:
        self._add(kind, "already_there", number)

    def turned_out_new(self, kind: str, number: int) -> None:
        """Count as created what hangs on something that was there and was counted with it."""
        self._counts[kind]["created"] += number
        self._counts[kind]["already_there"] -= number

    def skipped(self, kind: str, why: str, number: int = 1) -> None:
        """Something that is no thing of its own, or that the export only mentions."""
        self._skipped[f"{kind}: {why}"] += number

    def noted(self, what: str, number: int = 1) -> None:
        """Something that was imported, but not quite as it was."""
        if number:
            self._notes[what] += number

    def quarantine(self, bad: Bad, number: int = 1) -> None:
        """Put a record aside and say where it is."""
        self._add(bad.kind, "quarantined", number)
        self._reasons[bad.reason] += number
        line = {"kind": bad.kind, "file": bad.file, "index": bad.index, "reason": bad.reason}
        if len(self._shown) < MOST_SHOWN:
            self._shown.append(line)
        self._write(line)

    def close(self) -> None:
        """Finish the report."""
        if self._report is not None:
            self._report.close()

    def summary(self) -> dict[str, Any]:
        """What `--json` prints: a table per kind, then what else there is to say."""
        kinds = {
            kind: {column: counts[column] for column in COUNTS}
            for kind, counts in self._counts.items()
        }
        return {
            **kinds,
            "skipped": dict(sorted(self._skipped.items())),
            "notes": dict(sorted(self._notes.items())),
            "quarantine": {
                "reasons": dict(self._reasons.most_common()),
                "first": self._shown,
                "report": str(self._report_path) if self._report is not None else None,
            },
        }

    def _add(self, kind: str, column: str, number: int) -> None:
        counts = self._counts[kind]
        counts["in_file"] += number
        counts[column] += number

    def _write(self, line: dict[str, Any]) -> None:
        if self._report_path is None:
            return
        if self._report is None:
            self._report_path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._report_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._report = os.fdopen(handle, "w", encoding="utf-8", errors="replace")
        self._report.write(json.dumps(line) + "\n")
