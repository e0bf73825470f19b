"""`manage.py create_operator`: somebody who runs the service, with a console at the root site."""

from argparse import ArgumentParser
from typing import Any

from accounts.people.services import create_user
from core.actor import Role, system_actor
from core.commands import HOW_TO_GIVE_ONE, ChanceryCommand, given_password
from core.errors import Conflict
from tenants.context import OPERATORS, in_tenant
from tenants.hosts import domain_name
from tenants.services import create_operators


class Command(ChanceryCommand):
    help = "Add somebody who runs the service; they sign in at the root site."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="", help="default: from the e-mail address")
        parser.add_argument("--password", required=True, help=HOW_TO_GIVE_ONE)

    def act(self, **options: Any) -> dict[str, Any]:
        password = given_password(options["password"])
        _have_operators()
        with in_tenant(OPERATORS):
            user = create_user(
                system_actor(OPERATORS),
                email=options["email"],
                name=options["name"],
                role=Role.OWNER,
                password=password,
            )
        return {
            "id": str(user.id),
            "email": user.email,
            "console": f"{domain_name(OPERATORS)}/admin/",
        }

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['email']} is an operator; the console is at {result['console']}"


def _have_operators() -> None:
    try:
        create_operators()
    except Conflict:
        return
