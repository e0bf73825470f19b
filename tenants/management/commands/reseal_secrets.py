"""`manage.py reseal_secrets`: between a new secret key and the end of the old one."""

import sys
from argparse import ArgumentParser
from typing import Any

from core.commands import ChanceryCommand
from core.sealed import Resealed, reseal_all
from tenants.context import in_tenant
from tenants.selectors import existing_slug, slugs_with_a_schema


class Command(ChanceryCommand):
    help = (
        "Seal the secrets of all organisations by the key that counts now, so that the old one can"
        " be taken out of CHANCERY_OLD_SECRET_KEYS. Run again it does what is left. Ends with 1"
        " where a secret opens with none of the keys."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="this organisation alone")

    def act(self, **options: Any) -> dict[str, Any]:
        only = options["tenant"]
        total, report = Resealed(), {}
        for slug in [existing_slug(only)] if only else slugs_with_a_schema():
            with in_tenant(slug):
                kinds = reseal_all()
            report[slug] = {what: _told(one) for what, one in kinds.items()}
            total = sum(kinds.values(), total)
        self.is_whole = not total.unreadable
        return {"tenants": report, **_told(total)}

    def words(self, result: dict[str, Any]) -> str:
        lines = [
            f"{slug}: {what}: {count['resealed']} sealed anew, {count['unreadable']} unreadable"
            for slug, kinds in result["tenants"].items()
            for what, count in kinds.items()
            if any(count.values())
        ]
        total = f"{result['resealed']} sealed anew"
        if result["unreadable"]:
            total += f", {result['unreadable']} open with none of the keys"
        return "\n".join([*lines, total])

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not self.is_whole:
            sys.exit(1)


def _told(one: Resealed) -> dict[str, int]:
    return {"resealed": one.done, "unreadable": one.unreadable}
