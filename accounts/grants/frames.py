"""Grants of objects are for the journal: no browser is told."""

from collections.abc import Sequence
from typing import Any

from accounts.grants.events import ObjectGrantGiven, ObjectGrantTaken
from events.render import renders


@renders(ObjectGrantGiven, ObjectGrantTaken)
def for_the_journal(facts: Sequence[Any], rows: Sequence[Any]) -> list[None]:
    """Nothing."""
    return [None] * len(facts)
