"""Who may invite whom."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.invitations.models import Invitation, JoinPolicy, JoinRequest
from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Forbidden, NotFound
from core.permissions import GUESTS, ROLE_PERMISSIONS, Permission, Role


def may_invite(actor: Actor) -> bool:
    """Say whether the actor may invite anybody."""
    if actor.may(Permission.PEOPLE_INVITE):
        return True
    return actor.role is Role.MEMBER and current(JoinPolicy).members_invite


def check_may_invite(actor: Actor, role: Role) -> None:
    """Refuse whoever may not invite people into this role: none that allows more than their own.

    Errors  Forbidden.
    """
    if not may_invite_as(actor, role):
        raise Forbidden("invitation", _("Your role does not let you invite people with this role."))


def may_invite_as(actor: Actor, role: Role) -> bool:
    """Say whether the actor may invite people into this role."""
    allowed = may_invite(actor) and ROLE_PERMISSIONS[role] <= actor.permissions
    if not actor.may(Permission.PEOPLE_INVITE):
        allowed = allowed and role in (Role.MEMBER, *GUESTS)
    return allowed and role is not Role.BOT


def invitation_for(actor: Actor, invitation_id: UUID) -> Invitation:
    """Fetch an invitation in order to take it back; those who only invite see their own.

    Errors  Forbidden, NotFound.
    """
    if not may_invite(actor):
        raise Forbidden("invitation", _("Your role does not let you invite people."))
    rows = Invitation.objects.select_for_update().filter(id=invitation_id)
    if not actor.may(Permission.PEOPLE_INVITE):
        rows = rows.filter(created_by_id=actor.user_id)
    row = rows.first()
    if row is None:
        raise NotFound("invitation")
    return row


def request_for(actor: Actor, request_id: UUID) -> JoinRequest:
    """Fetch somebody's request to join in order to decide it.

    Errors  Forbidden, NotFound.
    """
    if not actor.may(Permission.PEOPLE_INVITE):
        raise Forbidden("join_request", _("Your role does not let you let people in."))
    row = JoinRequest.objects.select_for_update().filter(id=request_id, decided_at=None).first()
    if row is None:
        raise NotFound("join_request")
    return row
