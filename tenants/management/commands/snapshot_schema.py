"""`manage.py snapshot_schema`: write down a freshly migrated tenant's schema."""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants import snapshot
from tenants.schemas import create_schema, drop_schema, migrate_public, migrate_tenant
from tenants.snapshot import catalogue


class Command(BaseCommand):
    help = (
        "Write the snapshot that new tenants are made from, from a schema migrated for the purpose."
        " Run it after adding a migration and commit the file. --check changes nothing and ends"
        " with 1 when the snapshot is stale."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        text = snapshot.stamped(_fresh_dump())
        if not options["check"]:
            snapshot.ARTEFACT.write_text(text)
            self.stdout.write(f"{snapshot.ARTEFACT.name}: {len(text):,} characters")
            return
        if not snapshot.ARTEFACT.is_file() or snapshot.ARTEFACT.read_text() != text:
            self.stderr.write("The snapshot is stale: run manage.py snapshot_schema and commit it.")
            sys.exit(1)
        self.stdout.write("The snapshot fits the migrations.")


def _fresh_dump() -> str:
    slug = f"snapshot-{secrets.token_hex(4)}"
    migrate_public()
    create_schema(slug)
    try:
        migrate_tenant(slug)
        return catalogue.dump(slug)
    finally:
        drop_schema(slug)
