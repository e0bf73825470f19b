"""`manage.py generate_reference`: the pages of `docs/reference/` from the code."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.reference.pages import FOLDER, stale


class Command(BaseCommand):
    help = "Write docs/reference/ from the code: operations, events, permissions, settings."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when a page is stale"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        pages = stale()
        if check and pages:
            raise CommandError(
                f"{', '.join(pages)}: stale. Run manage.py generate_reference and commit it."
            )
        FOLDER.mkdir(exist_ok=True)
        for name, text in pages.items():
            (FOLDER / name).write_text(text)
            self.stdout.write(f"wrote {name}")
