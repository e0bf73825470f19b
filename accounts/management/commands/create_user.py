"""`manage.py create_user`: add a person to an organisation."""

from argparse import ArgumentParser
from typing import Any

from accounts.people.services import create_user
from core.actor import Role, system_actor
from core.commands import HOW_TO_GIVE_ONE, ChanceryCommand, given_password
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = "Add a person to an organisation. Without --password they cannot sign in by one."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="", help="default: from the e-mail address")
        parser.add_argument("--role", default=Role.MEMBER.value, help=", ".join(Role))
        parser.add_argument("--password", help=HOW_TO_GIVE_ONE)

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        password = None if options["password"] is None else given_password(options["password"])
        with in_tenant(slug):
            user = create_user(
                system_actor(slug),
                email=options["email"],
                name=options["name"],
                role=options["role"],
                password=password,
            )
        return {
            "id": str(user.id),
            "tenant": slug,
            "email": user.email,
            "name": user.name,
            "role": str(user.role),
        }

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['name']} <{result['email']}> is {result['role']} of {result['tenant']}"
