"""How changes of roles look in a browser: that there was one. Who may what is for the console."""

from collections.abc import Sequence
from typing import Any

from accounts.roles.events import RoleCreated, RoleDeleted, RoleGiven, RoleTaken, RoleUpdated
from events.render import renders


@renders(RoleCreated, RoleUpdated, RoleDeleted, RoleGiven, RoleTaken)
def role_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The id alone."""
    return [{"role_id": fact.role_id} for fact in facts]
