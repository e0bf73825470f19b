"""Who may change whose account: managers anybody below the owners, owners everybody."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor, Role
from core.errors import Forbidden, NotFound


def person_to_manage(actor: Actor, user_id: UUID, *, lock: bool = False) -> User:
    """Fetch a person in order to change their account.

    Errors  NotFound for nobody here, Forbidden where the person is not the actor's to change.
    """
    person = _locked(user_id) if lock else User.objects.filter(id=user_id).first()
    if person is None:
        raise NotFound("user")
    if not may_manage(actor, person):
        raise Forbidden("user", _("Only owners may change the accounts of owners."))
    return person


def _locked(user_id: UUID) -> User | None:
    """The person, locked together with all owners in the order of their ids.

    Whether an owner is left is asked later: two owners who shut each other out would deadlock if
    each had locked the other first.
    """
    owners = Q(role=Role.OWNER, is_active=True)
    rows = User.objects.select_for_update().filter(owners | Q(id=user_id)).order_by("id")
    return next((row for row in rows if row.id == user_id), None)


def may_manage(actor: Actor, person: User) -> bool:
    """Say whether the actor may change this account."""
    return actor.is_manager and (actor.role is Role.OWNER or person.role != Role.OWNER)


def roles_to_give(actor: Actor) -> list[Role]:
    """The roles that the actor may give: none above their own."""
    if not actor.is_manager:
        return []
    return [role for role in Role if role is not Role.OWNER or actor.role is Role.OWNER]
