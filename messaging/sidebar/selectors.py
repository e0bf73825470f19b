"""Read how people keep their conversations."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from core.actor import Actor
from messaging.sidebar.models import Section

PLACEMENT = ("conversation_id", "section_id", "position", "is_favourite", "is_muted")


def sections(actor: Actor) -> list[dict[str, Any]]:
    """The actor's own sections, in their order."""
    return [] if actor.user_id is None else sections_of([actor.user_id]).get(actor.user_id, [])


def sections_of(user_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The sections of each of these people, in their order; one query."""
    rows = Section.objects.filter(user_id__in=list(user_ids)).order_by("position", "id")
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows.values("id", "user_id", "name", "is_collapsed"):
        found.setdefault(row.pop("user_id"), []).append(row)
    return found
