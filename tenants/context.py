"""The one place that switches schema.

The current tenant is a ContextVar. The database backend obeys it on every cursor, so that the
switch is seen equally by threads, tasks and coroutines that were started inside it, and by nobody
else. Outside of any tenant only the public schema is in reach: a query on tenant tables then fails
with "relation does not exist" instead of answering from the wrong organisation.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

PUBLIC_SCHEMA = "public"
OPERATORS = "operators"
"""The reserved tenant of the people who run the service; its admin is served at the root site."""

SLUG = re.compile(r"[a-z](?:[a-z0-9]|-(?!-)){1,38}[a-z0-9]")

_current: ContextVar[str | None] = ContextVar("chancery_tenant", default=None)


class NoTenant(RuntimeError):
    """Work that needs a tenant was started outside of one."""


@lru_cache(maxsize=10_000)
def schema_of(slug: str) -> str:
    """Name the schema of a tenant. Slugs hold no underscore, so that no two share a schema."""
    if not SLUG.fullmatch(slug):
        raise ValueError(f"not a tenant's slug: {slug!r}")
    return "t_" + slug.replace("-", "_")


@contextmanager
def in_tenant(slug: str) -> Iterator[str]:
    """Act in one tenant, in sync and async code alike; restores what it found."""
    schema_of(slug)
    token = _current.set(slug)
    try:
        yield slug
    finally:
        _current.reset(token)


@contextmanager
def in_public() -> Iterator[None]:
    """Act outside of any tenant; for the catalogue of tenants and for migrations."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def current_tenant() -> str:
    """The slug of the tenant in hand; raises NoTenant outside of one."""
    slug = _current.get()
    if slug is None:
        raise NoTenant("no tenant is set: wrap the work in `with in_tenant(slug):`")
    return slug


def tenant_or_none() -> str | None:
    """The slug of the tenant in hand, or None outside of one."""
    return _current.get()


def current_schema() -> str:
    """The schema that the database backend must be in at this moment."""
    slug = _current.get()
    return PUBLIC_SCHEMA if slug is None else schema_of(slug)
