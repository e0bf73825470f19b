"""`manage.py generate_contract`: the client's types from the server's schemas."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.contract import TARGET, contract


class Command(BaseCommand):
    help = "Write the client's types from the server's schemas (REST views, live events, frames)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail when the file is stale"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        wanted = contract()
        if TARGET.is_file() and TARGET.read_text() == wanted:
            return
        if check:
            raise CommandError(
                f"{TARGET.name} is stale: run manage.py generate_contract and commit it."
            )
        TARGET.write_text(wanted)
        self.stdout.write(f"wrote {TARGET.name}")
