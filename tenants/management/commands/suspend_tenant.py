"""`manage.py suspend_tenant`: take an organisation off its address, or put it back."""

from argparse import ArgumentParser
from typing import Any

from core.commands import ChanceryCommand
from tenants import services


class Command(ChanceryCommand):
    help = "Take an organisation off its address; its data stays as it is. --undo puts it back."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--undo", action="store_true", help="put it back")

    def act(self, **options: Any) -> dict[str, Any]:
        verb = services.resume if options["undo"] else services.suspend
        tenant = verb(options["slug"])
        return {"slug": tenant.slug, "state": str(tenant.state)}

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['slug']} is {result['state']}"
