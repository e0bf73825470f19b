"""`manage.py set_networks`: from where an organisation is reached; the way back in."""

from argparse import ArgumentParser
from typing import Any

from accounts.networks.models import NetworkPolicy
from accounts.policies.services import change
from core.actor import system_actor
from core.commands import ChanceryCommand
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = (
        "Say from which networks an organisation is reached; none named: from everywhere. For the"
        " day on which its own networks have changed and nobody gets in."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--network", action="append", default=[], help="such as 192.0.2.0/24")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        with in_tenant(slug):
            policy = change(system_actor(slug), NetworkPolicy, networks=options["network"])
        return {"tenant": slug, "networks": policy.networks}

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['tenant']} is reached from {', '.join(result['networks']) or 'everywhere'}"
