"""The correlation id that ties a request to its journal entries, jobs and log lines."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("chancery_correlation_id", default="")
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{8,64}")


def correlation_id() -> str:
    """The id of the work in hand; a fresh one where none was set."""
    return _current.get() or uuid.uuid4().hex


@contextmanager
def correlated(value: str | None) -> Iterator[str]:
    """Bind an id for the duration; an ill-formed or missing one is replaced by a fresh one."""
    chosen = value if value and _WELL_FORMED.fullmatch(value) else uuid.uuid4().hex
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
