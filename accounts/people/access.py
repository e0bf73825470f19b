"""Who may change whose account: managers anybody below the owners, owners everybody."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor, Role
from core.errors import Forbidden, NotFound


def person_to_manage(actor: Actor, user_id: UUID, *, lock: bool = False) -> User:
    """Fetch a person in order to change their account.

    Errors  NotFound for nobody here, Forbidden where the person is not the actor's to change.
    """
    rows = User.objects.select_for_update() if lock else User.objects.all()
    person = rows.filter(id=user_id).first()
    if person is None:
        raise NotFound("user")
    if not may_manage(actor, person):
        raise Forbidden("user", _("Only owners may change the accounts of owners."))
    return person


def may_manage(actor: Actor, person: User) -> bool:
    """Say whether the actor may change this account."""
    return actor.is_manager and (actor.role is Role.OWNER or person.role != Role.OWNER)


def roles_to_give(actor: Actor) -> list[Role]:
    """The roles that the actor may give: none above their own."""
    if not actor.is_manager:
        return []
    return [role for role in Role if role is not Role.OWNER or actor.role is Role.OWNER]
