"""How a status looks in a browser: what is true of it now."""

from collections.abc import Sequence
from typing import Any

from events.render import renders
from messaging.status.events import StatusChanged
from messaging.status.selectors import NOTHING, statuses_of


@renders(StatusChanged)
def changed(facts: Sequence[StatusChanged], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Whose it is, and what they say of themselves."""
    now = statuses_of({fact.user_id for fact in facts})
    return [{"user_id": fact.user_id, "status": now.get(fact.user_id, NOTHING)} for fact in facts]
