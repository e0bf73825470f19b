"""Puts the correlation id and, where the tenancy layer provides it, the tenant on log lines.

What Django refuses because of what was sent is one line: no traceback leads to whoever sent it.
"""

import logging
from collections.abc import Callable

from core.correlation import correlation_id


def _no_tenant() -> str | None:
    return None


_tenant: Callable[[], str | None] = _no_tenant


def name_tenant_with(look_up: Callable[[], str | None]) -> None:
    """Fill the port: tell log lines how to find the tenant in hand."""
    global _tenant
    _tenant = look_up


class ContextFilter(logging.Filter):
    """Adds `tenant` and `correlation` to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.tenant = _tenant() or "-"
        record.correlation = correlation_id()
        return True


class RefusalFilter(logging.Filter):
    """Takes the traceback from refusals such as of a form with too many fields.

    On the handler, since each kind has a logger of its own below `django.security`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True
