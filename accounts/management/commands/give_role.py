"""`manage.py give_role`: give a role of an organisation's own to a person or a group."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.groups.models import Group
from accounts.people.models import User
from accounts.roles.models import CustomRole
from accounts.roles.services import give_role
from core.actor import system_actor
from core.commands import ChanceryCommand
from core.errors import NotFound
from tenants.context import in_tenant
from tenants.selectors import existing_slug


class Command(ChanceryCommand):
    help = "Give a role to a person or a group: everywhere, or over one group only."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--role", required=True, metavar="NAME")
        parser.add_argument("--user", metavar="EMAIL")
        parser.add_argument("--group", metavar="NAME")
        parser.add_argument("--over-group", metavar="NAME")

    def act(self, **options: Any) -> dict[str, Any]:
        slug = existing_slug(options["tenant"])
        with in_tenant(slug):
            role = CustomRole.objects.filter(name__iexact=options["role"]).first()
            if role is None:
                raise NotFound("role", _("There is no role of this name."))
            row = give_role(
                system_actor(slug),
                role_id=role.id,
                user_id=_person(options["user"]),
                group_id=_group(options["group"]),
                over_group_id=_group(options["over_group"]),
            )
        return {"id": str(row.id), "tenant": slug, "role": role.name}

    def words(self, result: dict[str, Any]) -> str:
        return f"{result['role']} of {result['tenant']} is given"


def _person(email: str | None) -> UUID | None:
    if email is None:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise NotFound("user", _("Nobody here has this e-mail address."))
    return user.id


def _group(name: str | None) -> UUID | None:
    if name is None:
        return None
    group = Group.objects.filter(name__iexact=name).first()
    if group is None:
        raise NotFound("group", _("There is no group of this name."))
    return group.id
