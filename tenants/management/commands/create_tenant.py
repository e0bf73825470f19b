"""`manage.py create_tenant`: make an organisation with its first owner."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from core.commands import HOW_TO_GIVE_ONE, ChanceryCommand, given_password
from tenants import levels, services
from tenants.hosts import domain_name
from tenants.signup import new_owner


class Command(ChanceryCommand):
    help = "Make an organisation: its schema, its address, its owner. All of it or nothing."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slug", required=True, help="its address, as in SLUG.example.com")
        parser.add_argument("--name", required=True, help="what it is called")
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--owner-password", required=True, help=HOW_TO_GIVE_ONE)
        parser.add_argument("--owner-name", default="", help="default: from the e-mail address")
        parser.add_argument(
            "--language",
            default="en",
            choices=[code for code, _name in settings.LANGUAGES],
            help="the owner's, and that of the channel it begins with; default: en",
        )

    def act(self, **options: Any) -> dict[str, Any]:
        if levels.public_is_behind():
            raise CommandError(
                "The database is older than the program: run `manage.py migrate` first."
            )
        owner = new_owner(
            email=options["owner_email"],
            name=options["owner_name"],
            password=given_password(options["owner_password"]),
            locale=options["language"],
        )
        tenant = services.create_tenant(slug=options["slug"], name=options["name"], owner=owner)
        return {
            "slug": tenant.slug,
            "id": str(tenant.id),
            "name": tenant.name,
            "host": domain_name(tenant.slug),
            "owner": owner.email,
        }

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['name']} is ready at {result['host']}; its owner is {result['owner']}"
