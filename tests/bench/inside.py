"""For what is measured inside one process: Django with a database of its own, and what it is asked.

Import it before anything of the product: it sets Django up.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.environment import set_up_django, tear_down

_server_url = set_up_django()

from tests.database import Databases  # noqa: E402 - Django had to be set up first


class Counter:
    """Counts the statements of this connection."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


@contextmanager
def database() -> Iterator[None]:
    """A database of our own, dropped afterwards, as are the servers that were started for it."""
    databases = Databases(_server_url)
    name = databases.open_copy()
    try:
        yield
    finally:
        databases.drop(name)
        tear_down()
