"""Who may move messages to another conversation."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.policies.selectors import current
from core.actor import Actor
from core.errors import Forbidden, Invalid, NotFound, Words
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import Place, allowed, insist, place_for
from messaging.conversations.models import Kind
from messaging.conversations.policy import ChannelPolicy, Movers
from messaging.messages.models import Message, MessageKind
from messaging.moving.models import Move


def place_to_move_to(actor: Actor, conversation_id: UUID) -> Place:
    """Fetch the conversation where messages shall stand; refuses as posting there does."""
    return place_for(actor, conversation_id, InConversation.POST)


def place_of_messages(actor: Actor, message_ids: Sequence[UUID]) -> Place:
    """The one conversation in which all these messages stand.

    Errors  Invalid names `message_ids` where one is not there, may not be seen, or stands
            elsewhere: these look the same. Forbidden for whoever takes no part there.
    """
    rows = Message.objects.filter(id__in=message_ids).values_list("conversation_id", "seq")
    found = list(rows)
    conversation_ids = {conversation_id for conversation_id, _seq in found}
    try:
        place = place_for(actor, found[0][0] if found else message_ids[0], InConversation.READ)
    except NotFound:
        raise no_messages() from None
    if len(conversation_ids) != 1 or len(found) != len(message_ids):
        raise no_messages()
    if min(seq for _conversation, seq in found) < place.begins_at:
        raise no_messages()
    insist(actor, place, InConversation.TAKE_PART)
    return place


def no_messages() -> Invalid:
    """The refusal of messages that cannot be moved together."""
    words = _("Name messages of one conversation that you may read.")
    return Invalid.field("message_ids", words, code="no_messages")


def check_may_move(actor: Actor, place: Place, messages: Sequence[Message]) -> None:
    """Refuse to move what the organisation's policy keeps where it is, replies included.

    Errors  Forbidden says who may.
    """
    policy = current(ChannelPolicy)
    said = [one for one in messages if one.deleted_at is None]
    if any(one.kind != MessageKind.TEXT for one in said):
        raise Forbidden("message", _("Only what people wrote can be moved."), code="not_text")
    own = all(one.author_id is not None and one.author_id == actor.user_id for one in said)
    why = _why_not(policy, place, allowed(actor, place), said, is_own=own)
    if why is not None:
        raise Forbidden("message", why, code="may_not_move")


def _why_not(
    policy: ChannelPolicy,
    place: Place,
    may: frozenset[InConversation],
    messages: Sequence[Message],
    *,
    is_own: bool,
) -> Words | None:
    if policy.moved_by == Movers.NOBODY:
        return _("In this organisation, messages stay in the channel they were written in.")
    if place.conversation.kind == Kind.DIRECT and not is_own:
        return _("What others said in a direct message stays there.")
    if InConversation.REMOVE in may or policy.moved_by == Movers.EVERYONE:
        return None
    if policy.moved_by == Movers.MANAGERS:
        return _("Only the channel's owners and the organisation's admins move messages here.")
    if not is_own:
        return _("You may move only what you wrote yourself; the channel's owners may move more.")
    hours = policy.moved_within_hours
    oldest = min((one.created_at for one in messages), default=timezone.now())
    if hours is not None and timezone.now() - oldest > timedelta(hours=hours):
        words = ngettext_lazy(
            "You may move what you wrote within the last %(hours)d hour.",
            "You may move what you wrote within the last %(hours)d hours.",
            hours,
        )
        return words % {"hours": hours}
    return None


def own_move(actor: Actor, move_id: UUID) -> Move:
    """Fetch a move; nobody but who made it may know of it. Errors  NotFound."""
    move = Move.objects.filter(id=move_id, by_id=actor.user_id).first()
    if move is None or actor.user_id is None:
        raise NotFound("move")
    return move
