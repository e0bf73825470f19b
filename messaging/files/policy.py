"""What an organisation lets in, and how long a file waits for its scan."""

import re
from typing import NamedTuple

from accounts.policies.selectors import current
from messaging.files.models import FilePolicy

_SEPARATORS = re.compile(r"[\s,;]+")


class Limits(NamedTuple):
    """The rules in force for one organisation; sizes in bytes."""

    most_file_bytes: int
    most_total_bytes: int | None
    refused_endings: frozenset[str]
    holds_until_clean: bool


def limits() -> Limits:
    """The rules of the tenant in hand."""
    policy = current(FilePolicy)
    room = policy.most_total_gb
    return Limits(
        policy.most_file_mb * 10**6,
        None if room is None else room * 10**9,
        endings_in(policy.refused_endings),
        policy.holds_until_clean,
    )


def endings_in(text: str) -> frozenset[str]:
    """The endings that an admin listed, with or without their dots."""
    found = (one.strip().lstrip(".").lower() for one in _SEPARATORS.split(text))
    return frozenset(one for one in found if one)
