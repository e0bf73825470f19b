"""Grants in their organisation's console: two pages for each kind."""

from accounts.grants.kinds import kinds
from accounts.grants.page import register_kind


def register_pages() -> None:
    """Make the pages of every kind; once all features have registered theirs."""
    for kind in kinds():
        # A kind that has more to do than to write a row brings its pages itself.
        if kind.give is None:
            register_kind(kind)
