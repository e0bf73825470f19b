"""Who may change which group: whoever manages groups, and whoever was given a role over it."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.groups.models import Group
from accounts.groups.selectors import visible_groups
from accounts.roles import selectors as roles
from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.permissions import Permission


def group_to_manage(actor: Actor, group_id: UUID, *, by_directory: bool = False) -> Group:
    """Fetch and lock a group in order to change it.

    Errors  NotFound; Forbidden; Conflict for a group that the identity provider looks after, unless
            it is the directory that changes it.
    """
    group = visible_groups(actor).select_for_update(of=("self",)).filter(id=group_id).first()
    if group is None:
        raise NotFound("group")
    if not may_manage(actor, group.id):
        raise Forbidden("group", _("Managing groups requires a role that allows it."))
    if group.is_from_directory and not by_directory:
        words = _("This group comes from the directory: change it at the identity provider.")
        raise Conflict("group", words, code="from_directory")
    return group


def may_manage(actor: Actor, group_id: UUID) -> bool:
    """Say whether the actor may change this group."""
    return actor.may(Permission.GROUPS_MANAGE) or roles.may_over_group(
        actor, Permission.GROUPS_MANAGE, group_id
    )


def check_reach(actor: Actor, group_ids: Collection[UUID]) -> None:
    """Refuse to put people into groups whose roles allow more than the actor may.

    Errors  Forbidden.
    """
    if not roles.given_by_groups(group_ids) <= actor.permissions:
        words = _("This group gives rights that you do not have.")
        raise Forbidden("group", words, code="above_own_rights")
