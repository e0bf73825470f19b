"""`manage.py delete_tenant`: let an organisation be erased after a grace period, or now."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.commands import ChanceryCommand
from core.errors import Invalid
from tenants import services

LONGEST_GRACE_DAYS = 3650


class Command(ChanceryCommand):
    help = (
        "Take an organisation off its address and erase it after the grace period: schema, files,"
        " cache and what is queued. --now erases at once, --undo keeps it."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--now", action="store_true", help="erase at once; there is no way back")
        what.add_argument("--undo", action="store_true", help="keep it after all")
        what.add_argument(
            "--days", type=int, default=services.GRACE.days, help="grace period (default: 7)"
        )

    def act(self, **options: Any) -> dict[str, Any]:
        slug = options["slug"]
        if options["now"]:
            services.erase(slug)
            return {"slug": slug, "state": "erased"}
        if options["undo"]:
            return {"slug": slug, "state": str(services.keep(slug).state)}
        days = options["days"]
        if not 0 <= days <= LONGEST_GRACE_DAYS:
            raise Invalid.field("days", _("A grace period has 0 to 3650 days."))
        tenant = services.mark_for_deletion(slug, grace=timedelta(days=days))
        return {"slug": slug, "state": str(tenant.state), "delete_after": tenant.delete_after}

    def words(self, result: dict[str, Any]) -> str:
        when = f", to be erased after {result['delete_after']}" if "delete_after" in result else ""
        return f"{result['slug']} is {result['state']}{when}"
