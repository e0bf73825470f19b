"""How conversation events look in a browser: what is the same for everybody in them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from core.actor import system_actor
from events.render import renders
from messaging.conversations.events import (
    ConversationArchived,
    ConversationConverted,
    ConversationCreated,
    ConversationRestored,
    ConversationUpdated,
    MembershipAdded,
    MembershipRemoved,
)
from messaging.conversations.models import Membership
from messaging.conversations.selectors import summaries
from messaging.conversations.view import shared_view
from tenants.context import current_tenant


@renders(
    ConversationCreated,
    ConversationUpdated,
    ConversationArchived,
    ConversationRestored,
    ConversationConverted,
)
def conversation_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The conversation as it is now, without what belongs to one person."""
    ids = list({fact.conversation_id for fact in facts})
    found = {row["id"]: row for row in summaries(system_actor(current_tenant()), ids)}
    return [
        shared_view(found[fact.conversation_id]) if fact.conversation_id in found else None
        for fact in facts
    ]


@renders(MembershipAdded, MembershipRemoved)
def membership_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Who came or went, and how many they are now: counting along would drift after a resume."""
    ids = {fact.conversation_id for fact in facts}
    members = Membership.objects.filter(conversation_id__in=ids).values("conversation_id")
    now = dict(members.annotate(n=Count("id")).values_list("conversation_id", "n"))
    return [
        {
            "conversation_id": fact.conversation_id,
            "user_id": fact.user_id,
            "role": fact.role,
            "member_count": now.get(fact.conversation_id, 0),
        }
        for fact in facts
    ]
