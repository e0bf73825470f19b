"""How the directory's work looks in a browser: that there was some. Whose and what is not told."""

from collections.abc import Sequence
from typing import Any

from accounts.scim.events import DirectorySynced, DirectoryTokenCreated
from events.render import renders


@renders(DirectorySynced, DirectoryTokenCreated)
def directory_worked(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Nothing but the number; that a person changed is another event."""
    return [{} for _fact in facts]
