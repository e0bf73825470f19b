"""`manage.py demo`: the demo organisations, their people and their history."""

import os
from argparse import ArgumentParser
from typing import Any

from core.commands import SEEN_BY_OTHERS, ChanceryCommand
from messaging.demo.services import fill_demo


class Command(ChanceryCommand):
    help = (
        "Make the demo organisations acme and globex and an operator, with a history of a few"
        " weeks. Run again it resets their passwords and leaves the rest alone."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--password",
            help=f"default: CHANCERY_DEMO_PASSWORD, or chancery-demo; {SEEN_BY_OTHERS}",
        )

    def act(self, **options: Any) -> dict[str, Any]:
        password = options["password"] or os.environ.get("CHANCERY_DEMO_PASSWORD")
        return fill_demo(password=password or "chancery-demo")

    def words(self, result: dict[str, Any]) -> str:
        return "; ".join(f"{slug}: {what}" for slug, what in result.items())
