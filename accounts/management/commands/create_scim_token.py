"""`manage.py create_scim_token`: let an identity provider synchronise people and groups."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.scim.credentials import NEW_ROLES, create_scim_token
from core.actor import system_actor
from core.commands import ChanceryCommand
from core.errors import Invalid
from core.permissions import Role
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = "Make a token for directory sync by SCIM. It is the last word printed, shown this once."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--name", default="Directory", help="which identity provider it is for")
        parser.add_argument("--days", type=int, help="lifetime (default: until revoked)")
        parser.add_argument(
            "--new-role", default=Role.MEMBER.value, help=f"of new people: {', '.join(NEW_ROLES)}"
        )
        parser.add_argument(
            "--role-map", help='JSON: which role a SCIM role gives, as {"contractor": "guest"}'
        )

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        with in_tenant(slug):
            made = create_scim_token(
                system_actor(slug),
                name=options["name"],
                days=options["days"],
                new_role=options["new_role"],
                role_map=_mapping(options["role_map"]),
            )
        return {
            "id": str(made.row.id),
            "tenant": slug,
            "name": made.row.name,
            "expires_at": made.row.expires_at,
            "token": made.secret,
        }

    def words(self, result: dict[str, Any]) -> str:
        return f"SCIM token of {result['tenant']} for {result['name']}: {result['token']}"


def _mapping(text: str | None) -> dict[str, str]:
    try:
        mapping = json.loads(text or "{}")
    except ValueError as wrong:
        raise Invalid.field("role_map", _("Give the mapping as JSON.")) from wrong
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise Invalid.field("role_map", _("Map values to names of roles."))
    return mapping
