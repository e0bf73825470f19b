"""Who may make and give roles: nobody gives, or takes up, a right that they do not have."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Forbidden
from core.permissions import Permission, known_permissions


def check_manages(actor: Actor) -> None:
    """Refuse whoever may not manage roles."""
    if not actor.may(Permission.ROLES_MANAGE):
        raise Forbidden("role", _("Managing roles requires a role that allows it."))


def check_within(actor: Actor, permissions: Iterable[str]) -> None:
    """Refuse a set of permissions that goes beyond the actor's own."""
    beyond = known_permissions(permissions) - actor.permissions
    if beyond:
        words = _("You do not have these rights yourself: %(names)s.")
        names = ", ".join(sorted(beyond))
        raise Forbidden("permissions", words % {"names": names}, code="above_own_rights")
