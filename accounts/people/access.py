"""Who may change whose account: nobody that of a person who has more rights than they."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from core.actor import Actor, Role
from core.errors import Forbidden, NotFound
from core.permissions import ROLE_PERMISSIONS, Permission


def person_to_manage(actor: Actor, user_id: UUID, *, lock: bool = False) -> User:
    """Fetch a person in order to change their account.

    Errors  NotFound for nobody here, Forbidden where the person is not the actor's to change.
    """
    person = _locked(user_id) if lock else User.objects.filter(id=user_id).first()
    if person is None:
        raise NotFound("user")
    if not may_manage(actor, person):
        raise Forbidden("user", _("This account has rights that you do not have."))
    return person


def _locked(user_id: UUID) -> User | None:
    """The person, locked together with all owners in the order of their ids.

    Whether an owner is left is asked later: two owners who shut each other out would deadlock if
    each had locked the other first. What only refers to them, such as a membership, need not wait.
    """
    owners = Q(role=Role.OWNER, is_active=True)
    rows = User.objects.select_for_update(no_key=True).filter(owners | Q(id=user_id))
    return next((row for row in rows.order_by("id") if row.id == user_id), None)


def may_manage(actor: Actor, person: User) -> bool:
    """Say whether the actor may change this account: it must not have rights the actor lacks."""
    return actor.may(Permission.PEOPLE_MANAGE) and person.permissions <= actor.permissions


def roles_to_give(actor: Actor) -> list[Role]:
    """The roles that the actor may give: none with a right that they lack themselves."""
    if not actor.may(Permission.PEOPLE_MANAGE):
        return []
    return [role for role in Role if ROLE_PERMISSIONS[role] <= actor.permissions]
