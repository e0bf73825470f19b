"""How changes of the sidebar look on the person's other devices."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from events.render import renders
from messaging.conversations.models import Membership
from messaging.sidebar.events import PlacementChanged, SectionsChanged
from messaging.sidebar.selectors import PLACEMENT, sections_of


@renders(SectionsChanged)
def sections_changed(
    facts: Sequence[SectionsChanged], rows: Sequence[Any]
) -> list[dict[str, Any] | None]:
    """All sections as they are now: applied twice they are the same."""
    found = sections_of({fact.user_id for fact in facts})
    return [{"items": found.get(fact.user_id, [])} for fact in facts]


@renders(PlacementChanged)
def placement_changed(
    facts: Sequence[PlacementChanged], rows: Sequence[Any]
) -> list[dict[str, Any] | None]:
    """Where the conversation stands now; nothing once the person has left it."""
    wanted = Q()
    for fact in facts:
        wanted |= Q(user_id=fact.user_id, conversation_id=fact.conversation_id)
    members = Membership.objects.filter(wanted).values("user_id", *PLACEMENT)
    found = {(row.pop("user_id"), row["conversation_id"]): row for row in members}
    return [found.get((fact.user_id, fact.conversation_id)) for fact in facts]
