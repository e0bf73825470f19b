"""`manage.py import_slack`: bring an organisation's history over from a Slack export."""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from core.actor import system_actor
from core.commands import ChanceryCommand
from integrations.slack.ledger import COUNTS, KINDS
from integrations.slack.reports import new_report
from integrations.slack.services import BATCH, Progress, import_export
from tenants.context import in_tenant
from tenants.selectors import existing_slug

SAY_EVERY_S = 5.0
DRAW_EVERY_S = 0.2


class Command(ChanceryCommand):
    help = (
        "Import people, channels, messages and files from a Slack export. Run it again at any"
        " time, also after it was stopped: it goes on where it was."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("export", metavar="EXPORT.zip", type=Path)
        parser.add_argument(
            "--join",
            action="append",
            default=[],
            metavar="EMAIL",
            help="make this person a member of the imported public channels (repeatable)",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, but change nothing")
        parser.add_argument(
            "--batch", type=_number, default=BATCH, metavar="N", help="messages per transaction"
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="PATH",
            help="where to list what could not be used (default: below the data directory)",
        )

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        show = _Show(sys.stderr)
        with in_tenant(slug):
            try:
                result = import_export(
                    system_actor(slug),
                    options["export"],
                    join=options["join"],
                    dry_run=options["dry_run"],
                    batch=options["batch"],
                    report=options["report"] or _report(slug, options),
                    on_progress=show,
                )
            except KeyboardInterrupt as stop:
                words = "Stopped. What was imported is kept; run the same command to go on."
                raise CommandError(words, returncode=130) from stop
            finally:
                show.end()
        return {
            "tenant": slug,
            "export": options["export"].name,
            "dry_run": options["dry_run"],
            **result,
        }

    def words(self, result: dict[str, Any]) -> str:
        lines = [f"{'':14}{'in file':>12}{'created':>12}{'already there':>15}{'quarantined':>13}"]
        for kind in KINDS:
            in_file, created, already, quarantined = (result[kind][name] for name in COUNTS)
            lines.append(f"{kind:14}{in_file:12,}{created:12,}{already:15,}{quarantined:13,}")
        lines += [f"{number:,} {what}" for what, number in result["notes"].items()]
        lines += [f"{number:,} left out: {what}" for what, number in result["skipped"].items()]
        reasons = result["quarantine"]["reasons"]
        lines += [f"{number:,} quarantined: {reason}" for reason, number in reasons.items()]
        if result["quarantine"]["report"]:
            lines.append(f"What was quarantined is listed in {result['quarantine']['report']}")
        done = "Nothing was changed" if result["dry_run"] else "Done"
        lines.append(f"{done}, in {result['seconds']} s.")
        return "\n".join(lines)


class _Show:
    """Progress on standard error: one line, drawn over, on a terminal; else a line at times."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._next = 0.0
        self._drawn = False

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (DRAW_EVERY_S if self._is_terminal else SAY_EVERY_S)
        share = 100 * progress.done_bytes // max(1, progress.all_bytes)
        line = f"{share:3d} %  {progress.messages:,} messages, now in {progress.conversation}"
        if self._is_terminal:
            self._stream.write(f"\r\x1b[2K{line}")
            self._drawn = True
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Leave the terminal's line."""
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()


def _report(slug: str, options: dict[str, Any]) -> Path | None:
    """The default place of the report; a dry run writes none."""
    return None if options["dry_run"] else new_report(slug)


def _number(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= 100_000:
        raise ArgumentTypeError("give a number from 1 to 100000")
    return int(value)
