"""How a changed policy looks in a browser: that it changed. What it says is for its readers."""

from collections.abc import Sequence
from typing import Any

from accounts.policies.events import PolicyChanged
from events.render import renders


@renders(PolicyChanged)
def policy_changed(
    facts: Sequence[PolicyChanged], rows: Sequence[Any]
) -> list[dict[str, Any] | None]:
    """The name alone: everybody in the organisation gets this frame, guests too."""
    return [{"policy": fact.policy} for fact in facts]
