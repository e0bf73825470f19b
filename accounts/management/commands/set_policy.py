"""`manage.py set_policy`: read an organisation's policies, see what a change would do, make it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.policies import selectors, services, values, words
from core.actor import system_actor
from core.commands import ChanceryCommand
from core.errors import Invalid
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = (
        "Show a policy of an organisation, or change it: --set FIELD=VALUE, where a value that"
        " reads as JSON is JSON. With --preview nothing is stored."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("policy", help=f"one of {', '.join(values.kinds())}")
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
        parser.add_argument("--preview", action="store_true", help="say in words what would happen")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        kind = values.kind_named(options["policy"])
        with in_tenant(slug):
            before = selectors.stored(kind)
            given = values.clean(kind, _pairs(options["set"]))
            after = services.changed(before, given)
            sentences = words.told(before, after)
            if given and not options["preview"]:
                after = services.change(
                    system_actor(slug), kind, if_version=before.version, **given
                )
            return {
                "tenant": slug,
                "policy": options["policy"],
                "is_stored": bool(given) and not options["preview"],
                "values": values.shown(after),
                "sentences": sentences,
            }

    def words(self, result: dict[str, Any]) -> str:
        lines = [f"{result['policy']} of {result['tenant']}"]
        lines += [f"  {name} = {json.dumps(value)}" for name, value in result["values"].items()]
        return "\n".join([*lines, *result["sentences"]])


def _pairs(given: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Invalid.field("set", _("Write FIELD=VALUE."))
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
