"""`manage.py create_role`: make a role of an organisation's own."""

from argparse import ArgumentParser
from typing import Any

from accounts.roles.services import create_role
from core.actor import system_actor
from core.commands import ChanceryCommand
from core.permissions import Permission
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = "Make a role of named permissions. " + ", ".join(Permission)

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--permissions", required=True, help="comma-separated")
        parser.add_argument("--description", default="")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        names = [name.strip() for name in options["permissions"].split(",") if name.strip()]
        with in_tenant(slug):
            role = create_role(
                system_actor(slug),
                name=options["name"],
                permissions=names,
                description=options["description"],
            )
        return {"id": str(role.id), "tenant": slug, "name": role.name, "permissions": names}

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['name']} of {result['tenant']} allows {', '.join(result['permissions'])}"
