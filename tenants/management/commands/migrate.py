"""`manage.py migrate`: the public schema first, then every tenant that is behind."""

import json
import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from kombu.exceptions import OperationalError

from tenants import fleet, levels
from tenants.context import PUBLIC_SCHEMA, in_public, in_tenant, schema_of
from tenants.hooks import follow_up
from tenants.hosts import follow_root_domain
from tenants.models import Tenant, TenantState
from tenants.pooler import refuse_unsafe_pooler
from tenants.schemas import migrate_public, stray_tables

_ONE_AT_A_TIME = 7_303_014_901
"""Key of the advisory lock that keeps two runs of this command apart."""


class Command(BaseCommand):
    help = (
        "Bring the public schema and all tenants to the newest migrations. Only those behind are"
        " touched, so a run that was stopped goes on where it was. A tenant that fails is"
        " quarantined and named; the others go on, and the command ends with exit code 1."
    )
    requires_system_checks = []
    # Django's checks look here for the class that `makemigrations` shares with us.
    autodetector = MigrationAutodetector

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("app_label", nargs="?", help="migrate this app only, in all schemas")
        parser.add_argument("migration_name", nargs="?", help="go to this migration, or to zero")
        parser.add_argument("--tenant", metavar="SLUG", help="migrate this tenant only")
        parser.add_argument("--public", action="store_true", help="migrate the public schema only")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: cores)"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--despite-quarantine",
            action="store_true",
            help="end with 0 where tenants are quarantined: what waits for it serves the others",
        )
        parser.add_argument("--check", action="store_true", help="exit with 1 if any is behind")
        parser.add_argument("--plan", action="store_true", help="show what would be applied")
        parser.add_argument("--fake", action="store_true", help="record without running")
        parser.add_argument("--database", default="default", help="only `default` is accepted")
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")
        parser.add_argument("--run-syncdb", action="store_true", help="accepted and ignored")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != "default":
            raise CommandError("Tenants live in the database `default` only.")
        if options["check"] or options["plan"]:
            return self.look(options)
        if options["jobs"] < 1:
            raise CommandError("--jobs: at least 1.")
        started = time.monotonic()
        refuse_unsafe_pooler()
        self.wait_for_turn()
        if not options["tenant"]:
            self.migrate_public(options)
        if not options["tenant"] and not options["app_label"]:
            self.follow_root_domain(as_json=options["json"])
        outcomes = [] if options["public"] else self.migrate_tenants(options)
        self.report(outcomes, time.monotonic() - started, as_json=options["json"])
        if any(outcome.failed for outcome in outcomes) and not options["despite_quarantine"]:
            sys.exit(1)

    def wait_for_turn(self) -> None:
        """Two servers of a deployment may start at once: the second finds nothing left to do."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
            if not cursor.fetchone()[0]:
                self.stderr.write("Another migrate is running; waiting for it to end.")
                cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])

    def migrate_public(self, options: dict[str, Any]) -> None:
        """Bring up the public schema, and refuse to go on where tenants' tables lie in it."""
        if options["app_label"] or levels.public_is_behind():
            migrate_public(*_target(options), fake=options["fake"])
        stray = stray_tables()
        if stray:
            raise CommandError(
                f"The public schema holds tables that belong to tenants: {', '.join(stray)}."
                " A query without a tenant would be answered from them: move them away first."
            )

    def follow_root_domain(self, *, as_json: bool) -> None:
        """Let organisations answer where this installation now says that they do."""
        moved = follow_root_domain()
        if moved and not as_json:
            root = settings.CHANCERY_ROOT_DOMAIN
            self.stdout.write(f"Moved to addresses below {root}: {', '.join(moved)}")

    def migrate_tenants(self, options: dict[str, Any]) -> list[fleet.Outcome]:
        """Migrate those behind, with a line for each."""
        slugs = _slugs(options["tenant"])
        todo = slugs if options["app_label"] else levels.behind(slugs)
        outcomes = []
        for number, outcome in enumerate(
            fleet.migrate_tenants(
                todo, jobs=options["jobs"], arguments=_target(options), fake=options["fake"]
            ),
            start=1,
        ):
            outcomes.append(outcome)
            if options["verbosity"] and not options["json"]:
                self.stdout.write(_line(outcome, number, len(todo)))
        settled = fleet.settle(set(slugs) - {outcome.slug for outcome in outcomes})
        self.queue_what_follows([one.slug for one in outcomes if not one.failed])
        self.current = len(slugs) - len(todo)
        if settled and not options["json"]:
            self.stdout.write(f"Out of quarantine: {', '.join(settled)}")
        return outcomes

    def queue_what_follows(self, slugs: list[str]) -> None:
        """Have workers do what migrations leave to them; without a broker it waits for its hour."""
        try:
            for slug in slugs:
                with in_tenant(slug):
                    follow_up()
        except OperationalError:
            self.stderr.write(
                "The broker does not answer: what follows the migrations, such as indexing for the"
                " search, begins within the hour."
            )

    def report(self, outcomes: list[fleet.Outcome], seconds: float, *, as_json: bool) -> None:
        """Say what was done, and which tenants are quarantined."""
        failed = [outcome for outcome in outcomes if outcome.failed]
        current = getattr(self, "current", 0)
        if as_json:
            body = {
                "seconds": round(seconds, 3),
                "current_already": current,
                "tenants": [
                    {
                        "slug": outcome.slug,
                        "state": "quarantined" if outcome.failed else "migrated",
                        "seconds": outcome.seconds,
                        "trouble": outcome.trouble,
                    }
                    for outcome in outcomes
                ],
            }
            self.stdout.write(json.dumps(body))
        else:
            self.stdout.write(
                f"{len(outcomes) - len(failed)} migrated, {current} were current,"
                f" {len(failed)} quarantined, in {seconds:.1f} s"
            )
        for outcome in failed:
            self.stderr.write(f"{outcome.slug}: {outcome.trouble.splitlines()[0]}")

    def look(self, options: dict[str, Any]) -> None:
        """`--check` and `--plan`: change nothing, say who lacks what."""
        schemas = {} if options["tenant"] else {PUBLIC_SCHEMA: None}
        if levels.missing([PUBLIC_SCHEMA])[PUBLIC_SCHEMA] < len(levels.expected()):
            schemas |= {schema_of(slug): slug for slug in _slugs(options["tenant"])}
        lacking = {name: count for name, count in levels.missing(schemas).items() if count}
        for name, count in lacking.items():
            self.stdout.write(f"{schemas[name] or PUBLIC_SCHEMA}: {count} migrations to apply")
            if options["plan"]:
                self.show_plan(schemas[name], options)
        if not lacking:
            self.stdout.write("Every schema is at the newest migrations.")
        elif options["check"]:
            sys.exit(1)

    def show_plan(self, slug: str | None, options: dict[str, Any]) -> None:
        """Print Django's own plan for one schema."""
        with in_public() if slug is None else in_tenant(slug):
            call_command(DjangoMigrate(), *_target(options), plan=True, stdout=self.stdout)


def _target(options: dict[str, Any]) -> list[str]:
    return [options[name] for name in ("app_label", "migration_name") if options[name]]


def _slugs(only: str | None) -> list[str]:
    with in_public():
        # Those being created are their creator's; everybody else, also suspended, stays current.
        tenants = Tenant.objects.exclude(state=TenantState.CREATING).order_by("slug")
        if only is None:
            return list(tenants.values_list("slug", flat=True))
        if not tenants.filter(slug=only).exists():
            raise CommandError(f"There is no tenant {only}.")
        return [only]


def _line(outcome: fleet.Outcome, number: int, most: int) -> str:
    word = "QUARANTINED" if outcome.failed else "ok"
    return f"[{number}/{most}] {outcome.slug} {word} {outcome.seconds:.2f} s"
