"""How tokens look in a browser: that something happened to one. Whose and what is not told."""

from collections.abc import Sequence
from typing import Any

from accounts.tokens.events import ServiceAccountCreated, TokenCreated, TokenRevoked
from events.render import renders


@renders(TokenCreated, TokenRevoked, ServiceAccountCreated)
def token_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """Nothing but the number."""
    return [{} for _fact in facts]
