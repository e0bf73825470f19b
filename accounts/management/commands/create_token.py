"""`manage.py create_token`: make a bearer token for a person; it is shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.tokens.services import create_token
from core.actor import system_actor
from core.commands import ChanceryCommand
from core.errors import NotFound
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = "Make a bearer token for a person. It is the last word printed, and shown this once."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--scopes", help="comma-separated: read, write, admin (default: all)")
        parser.add_argument("--days", type=int, help="lifetime (default: until revoked)")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        scopes = [scope.strip() for scope in (options["scopes"] or "").split(",") if scope.strip()]
        with in_tenant(slug):
            user = User.objects.filter(email__iexact=options["user"], is_active=True).first()
            if user is None:
                raise NotFound("user", _("Nobody active here has this e-mail address."))
            row, token = create_token(
                user,
                name=options["name"],
                scopes=scopes or None,
                days=options["days"],
                by=system_actor(slug),
            )
        return {
            "id": str(row.id),
            "tenant": slug,
            "user": user.email,
            "expires_at": row.expires_at,
            "token": token,
        }

    def words(self, result: dict[str, Any]) -> str:
        until = f" until {result['expires_at']:%Y-%m-%d}" if result["expires_at"] else ""
        return f"Token of {result['user']} in {result['tenant']}{until}: {result['token']}"
