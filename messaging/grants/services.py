"""Grant conversations to people and groups, and keep memberships in step with that."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.grants.kinds import Grantable, grantable
from accounts.grants.services import holder_of
from accounts.groups.hooks import Moved, on_moved
from core.actor import Actor, system_actor
from core.errors import Invalid
from core.permissions import Permission
from events.journal import hold, publish
from messaging.conversations.models import Conversation, Kind, Membership
from messaging.conversations.services import admit_granted, dismiss_ungranted
from messaging.grants.access import conversation_to_grant
from messaging.grants.events import GrantGiven, GrantTaken
from messaging.grants.models import ConversationGroupGrant, ConversationUserGrant
from messaging.grants.selectors import conversations_granted_to, granted_people
from tenants.context import current_tenant

REACH = "reach_conversation"


def _give(actor: Actor, channel_id: UUID, user_id: UUID | None, group_id: UUID | None) -> bool:
    return grant(actor, conversation_id=channel_id, user_id=user_id, group_id=group_id)


def _take(actor: Actor, channel_id: UUID, user_id: UUID | None, group_id: UUID | None) -> bool:
    return take_grant(actor, conversation_id=channel_id, user_id=user_id, group_id=group_id)


CHANNELS = grantable(
    Grantable(
        name="channel",
        label=_("channel"),
        people=ConversationUserGrant,
        groups=ConversationGroupGrant,
        codename=REACH,
        permission=Permission.CHANNELS_MANAGE_ANY,
        objects=lambda: Conversation.objects.exclude(kind=Kind.DIRECT),
        title=lambda channel: f"#{channel.name}",
        opens_console=False,
        give=_give,
        take=_take,
    )
)
"""A grant of a channel is to reach it, which memberships follow; see `grant`."""

_AT_ONCE = 200


def grant(
    actor: Actor,
    *,
    conversation_id: UUID,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
) -> bool:
    """Grant a channel to a person or to everybody in a group; returns whether that is new.

    They see it with the commit, and are made members a moment later. Granting twice is once.
    Errors  NotFound, Forbidden by access; Invalid for a direct message, or nobody known here.
    """
    conversation_to_grant(actor, conversation_id)
    holder = holder_of(user_id, group_id)
    with transaction.atomic():
        hold(conversation_id)
        channel = conversation_to_grant(actor, conversation_id)
        if channel.kind == Kind.DIRECT:
            raise Invalid.field("conversation_id", _("Direct messages cannot be granted."))
        if _rows(conversation_id, user_id, group_id).exists():
            return False
        _model(user_id).objects.assign_perm(REACH, holder, channel)
        publish(GrantGiven(conversation_id, user_id, group_id), by=actor)
    return True


def take_grant(
    actor: Actor,
    *,
    conversation_id: UUID,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
) -> bool:
    """Take a grant back: whoever came by it alone is out with the commit; returns if there was one.

    Errors  NotFound, Forbidden by access.
    """
    conversation_to_grant(actor, conversation_id)
    with transaction.atomic():
        hold(conversation_id)
        taken, _rows_gone = _rows(conversation_id, user_id, group_id).delete()
        if taken:
            publish(GrantTaken(conversation_id, user_id, group_id), by=actor)
            _dismiss(actor, conversation_id)
    return bool(taken)


def admit(*, conversation_id: UUID, user_ids: Collection[UUID] | None = None) -> None:
    """Make members of those who were granted a conversation and are not in it, some at a time."""
    actor = system_actor(current_tenant())
    waiting = granted_people(conversation_id, among=user_ids)
    inside = Membership.objects.filter(conversation_id=conversation_id, user_id__in=waiting)
    waiting -= set(inside.values_list("user_id", flat=True))
    ordered = sorted(waiting)
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        with transaction.atomic():
            hold(conversation_id)
            # Asked again under the lock: a grant that was taken meanwhile admits nobody.
            still = granted_people(conversation_id, among=some)
            if Conversation.objects.filter(id=conversation_id, archived_at=None).exists():
                admit_granted(actor, conversation_id=conversation_id, user_ids=still)


@on_moved
def let_go(actor: Actor, moved: Moved) -> None:
    """Whoever leaves a group is out of what it was granted, with the commit."""
    if moved.came:
        return
    concerned = _concerned(moved)
    # All of them before anybody's own stream is written to: others lock in this order, too.
    for conversation_id in concerned:
        hold(conversation_id)
    for conversation_id in concerned:
        _dismiss(actor, conversation_id, among=moved.user_ids)


def _concerned(moved: Moved) -> list[UUID]:
    """Conversations that these people may have come into by these groups.

    A group that was deleted has no grants any more, so the memberships are asked.
    """
    granted = set(conversations_granted_to(moved.group_ids))
    rows = Membership.objects.filter(user_id__in=moved.user_ids, by_grant=True)
    return sorted(granted | set(rows.values_list("conversation_id", flat=True).distinct()))


def _dismiss(actor: Actor, conversation_id: UUID, *, among: Collection[UUID] | None = None) -> None:
    rows = Membership.objects.filter(conversation_id=conversation_id, by_grant=True)
    if among is not None:
        rows = rows.filter(user_id__in=among)
    inside = set(rows.values_list("user_id", flat=True))
    gone = inside - granted_people(conversation_id, among=inside)
    dismiss_ungranted(actor, conversation_id=conversation_id, user_ids=gone)


def _model(
    user_id: UUID | None,
) -> type[ConversationUserGrant] | type[ConversationGroupGrant]:
    return ConversationGroupGrant if user_id is None else ConversationUserGrant


def _rows(conversation_id: UUID, user_id: UUID | None, group_id: UUID | None) -> QuerySet:
    rows = _model(user_id).objects.filter(content_object_id=conversation_id)
    return rows.filter(group_id=group_id) if user_id is None else rows.filter(user_id=user_id)
