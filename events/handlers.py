"""The register of handlers: what happens later, in Celery, because of an event.

A handler may run twice; its `HandlerRun` row commits with its effect, so that an effect in the
database happens once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from events.registry import Fact, type_of_class


@dataclass(frozen=True)
class Handler:
    """One reaction to one kind of event."""

    name: str
    fact: type
    run: Callable[[Any], None]
    queue: str
    when: Callable[[Any], bool] | None

    def wants(self, fact: Fact) -> bool:
        """Say whether this fact gives the handler anything to do."""
        return self.when is None or self.when(fact)


_by_fact: dict[type, list[Handler]] = {}


def on[F: Callable[[Any], None]](
    *facts: type, queue: str = "work", when: Callable[[Any], bool] | None = None
) -> Callable[[F], F]:
    """Register a function as a handler of these events.

    `when` looks at the fact alone and is asked before anything is queued: an event that no handler
    wants costs no job.
    """

    def register(run: F) -> F:
        name = f"{run.__module__}.{run.__qualname__}"
        for fact in facts:
            type_of_class(fact)
            _by_fact.setdefault(fact, []).append(Handler(name, fact, run, queue, when))
        return run

    return register


def handlers_for(fact: type) -> list[Handler]:
    """Every handler of a kind of fact, in the order of registration."""
    return _by_fact.get(fact, [])


def wanted_handlers(fact: Fact) -> list[Handler]:
    """The handlers that have something to do for this fact."""
    return [handler for handler in handlers_for(type(fact)) if handler.wants(fact)]
