"""Who looks after a channel: while anybody is in it that had an owner, somebody owns it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from events.journal import hold, publish
from messaging.conversations.access import Do, insist, place_for
from messaging.conversations.epochs import begin_epoch
from messaging.conversations.events import MembershipChanged, MyMembershipChanged
from messaging.conversations.models import MemberRole, Membership


def change_member(
    actor: Actor,
    *,
    conversation_id: UUID,
    user_id: UUID,
    role: str | None = None,
    may_post: bool | None = None,
) -> Membership:
    """Give or take the owner's role, or the right to post where only named people do.

    Errors  NotFound for whoever is not a member; Conflict where the last owner would be none.
    """
    place_for(actor, conversation_id, Do.MANAGE)
    if role is not None and role not in MemberRole.values:
        raise Invalid.field("role", _("A member is an owner or a member."))
    with transaction.atomic():
        hold(conversation_id)
        # Asked again under the lock: two owners who take each other's role leave one of them.
        insist(actor, place_for(actor, conversation_id, Do.READ), Do.MANAGE)
        row = member_of(conversation_id, user_id)
        changed = _differing(row, role=role, may_post=may_post)
        if "role" in changed and row.role == MemberRole.OWNER and not _other_owners(row):
            raise _last_owner(_("Make somebody else an owner first."))
        if changed:
            for name, value in changed.items():
                setattr(row, name, value)
            row.save(update_fields=list(changed))
            begin_epoch(conversation_id)
            _tell(actor, row)
    return row


def hand_over(actor: Actor, leaving: Membership, successor_id: UUID | None) -> None:
    """See to it that somebody owns the channel once this member is gone.

    The caller holds the stream. Where the last owner goes and others stay, `successor_id` names one
    of them; whoever is named becomes an owner in any case.
    Errors  Conflict asks for a successor; Invalid names `successor_id` where it is no other member.
    """
    if successor_id is not None:
        row = Membership.objects.filter(
            conversation_id=leaving.conversation_id, user_id=successor_id
        ).first()
        if row is None or row.user_id == leaving.user_id:
            raise Invalid.field("successor_id", _("Name another member of this channel."))
        if row.role != MemberRole.OWNER:
            row.role = MemberRole.OWNER
            row.save(update_fields=["role"])
            _tell(actor, row)
        return
    if leaving.role != MemberRole.OWNER or _other_owners(leaving):
        return
    if _others(leaving).exists():
        raise _last_owner(_("This is the last owner: name the member who takes over."))


def pass_on(actor: Actor, leaving: Membership) -> None:
    """Where the last owner goes and nobody chose a successor, the longest member takes over."""
    if leaving.role == MemberRole.OWNER and not _other_owners(leaving):
        heir = _others(leaving).order_by("joined_at", "id").first()
        if heir is not None:
            hand_over(actor, leaving, heir.user_id)


def member_of(conversation_id: UUID, user_id: UUID) -> Membership:
    """A membership; NotFound where the person is not in the conversation."""
    row = Membership.objects.filter(conversation_id=conversation_id, user_id=user_id).first()
    if row is None:
        raise NotFound("member")
    return row


def _differing(row: Membership, **wanted: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in wanted.items()
        if value is not None and getattr(row, name) != value
    }


def _others(row: Membership) -> QuerySet[Membership]:
    rows = Membership.objects.filter(conversation_id=row.conversation_id)
    return rows.exclude(user_id=row.user_id)


def _other_owners(row: Membership) -> bool:
    return _others(row).filter(role=MemberRole.OWNER).exists()


def _tell(actor: Actor, row: Membership) -> None:
    """Tell the channel and the person; the stream of the channel is held already."""
    publish(MembershipChanged(row.conversation_id, row.user_id, row.role, row.may_post), by=actor)
    publish(MyMembershipChanged(row.user_id, row.conversation_id, row.role, row.may_post), by=actor)


def _last_owner(words: Any) -> Conflict:
    return Conflict.field("successor_id", words, code="last_owner")
