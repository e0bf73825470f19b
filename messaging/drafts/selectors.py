"""Read a person's drafts."""

from typing import Any
from uuid import UUID

from core.actor import Actor
from messaging.conversations.access import Do as InConversation
from messaging.conversations.access import place_for, places_for
from messaging.drafts.models import Draft
from messaging.drafts.services import MOST_DRAFTS

_FIELDS = ("conversation_id", "thread_id", "text", "version", "updated_at")


def view(row: Draft) -> dict[str, Any]:
    """How a draft looks from outside."""
    return {name: getattr(row, name) for name in _FIELDS}


def drafts(actor: Actor) -> list[dict[str, Any]]:
    """All drafts of the actor in conversations that they may still see, the latest first."""
    rows = Draft.objects.filter(user_id=actor.user_id).exclude(text="").order_by("-updated_at")
    found = list(rows[:MOST_DRAFTS])
    places = places_for(actor, {row.conversation_id for row in found})
    return [view(row) for row in found if row.conversation_id in places]


def draft(actor: Actor, *, conversation_id: UUID, thread_id: UUID | None) -> dict[str, Any]:
    """The draft of one place; an empty text where there is none. NotFound by access."""
    place_for(actor, conversation_id, InConversation.READ)
    row = Draft.objects.filter(
        user_id=actor.user_id, conversation_id=conversation_id, thread_id=thread_id
    ).first()
    if row is not None:
        return view(row)
    here = {"conversation_id": conversation_id, "thread_id": thread_id}
    return here | {"text": "", "version": 0, "updated_at": None}
