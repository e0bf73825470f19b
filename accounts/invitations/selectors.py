"""Read invitations, and who asks to be let in."""

from collections.abc import Sequence
from uuid import UUID

from accounts.invitations import access
from accounts.invitations.models import Invitation, JoinRequest
from core.actor import Actor
from core.errors import Forbidden
from core.paging import MAX_LIMIT, Page, decode_cursor, encode_cursor
from core.permissions import Permission


def invitations(actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Invitation]:
    """Invitations, newest first: one's own, or everybody's for those who may invite anybody.

    Errors  Forbidden.
    """
    if not access.may_invite(actor):
        raise Forbidden("invitation")
    rows = Invitation.objects.order_by("-id")
    if not actor.may(Permission.PEOPLE_INVITE):
        rows = rows.filter(created_by_id=actor.user_id)
    if cursor:
        rows = rows.filter(id__lt=decode_cursor(cursor, UUID)[0])
    found = list(rows[: limit + 1])
    page = found[:limit]
    return Page(page, encode_cursor(page[-1].id) if len(found) > limit else None)


def waiting_requests(actor: Actor) -> Sequence[JoinRequest]:
    """Who asks to be let in and has no answer yet, the first of them first.

    Errors  Forbidden.
    """
    if not actor.may(Permission.PEOPLE_INVITE):
        raise Forbidden("join_request")
    return list(JoinRequest.objects.filter(decided_at=None).order_by("id")[:MAX_LIMIT])
