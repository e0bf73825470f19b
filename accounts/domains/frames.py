"""How events of domains look in a browser: that something changed. Guests get these frames too."""

from collections.abc import Sequence
from typing import Any

from accounts.domains.events import DomainAdded, DomainProved, DomainRemoved
from events.render import renders


@renders(DomainAdded, DomainProved, DomainRemoved)
def domain_changed(facts: Sequence[Any], rows: Sequence[Any]) -> list[dict[str, Any] | None]:
    """The id alone."""
    return [{"domain_id": fact.domain_id} for fact in facts]
