"""A port: people have pictures, whose bytes are kept by a feature above, which registers here."""

from collections.abc import Callable
from uuid import UUID

type Forget = Callable[[UUID, str], None]

_forgetters: list[Forget] = []


def forgets[F: Forget](forget: F) -> F:
    """Register who removes a picture that nobody is shown any more; given the person and it."""
    _forgetters.append(forget)
    return forget


def forget(user_id: UUID, version: str) -> None:
    """Remove the bytes of a picture."""
    for remove in _forgetters:
        remove(user_id, version)
