"""How changes of groups look in a browser: which group. Who came and went is for its readers."""

from collections.abc import Sequence
from typing import Any

from accounts.groups.events import (
    GroupCreated,
    GroupDeleted,
    GroupMembersAdded,
    GroupMembersRemoved,
    GroupUpdated,
)
from events.render import renders


@renders(GroupCreated, GroupUpdated, GroupDeleted, GroupMembersAdded, GroupMembersRemoved)
def group_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The id alone: clients that show the group ask again."""
    return [{"group_id": fact.group_id} for fact in facts]
