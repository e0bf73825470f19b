"""The port for rules that a text must pass before it is stored (data-loss prevention).

No rule is registered yet. Apps above this one, such as `compliance`, register theirs at start-up.
"""

from collections.abc import Callable
from uuid import UUID

from core.actor import Actor

type Rule = Callable[[Actor, UUID, str], None]
"""Takes the actor, the conversation's id and the text; raises a Refusal to stop the message."""

_rules: list[Rule] = []


def before_storing(rule: Rule) -> Rule:
    """Register a rule; rules run in the order of registration, within the send path."""
    _rules.append(rule)
    return rule


def asks_nothing() -> bool:
    """Say whether every text passes, since there is no rule."""
    return not _rules


def check(actor: Actor, conversation_id: UUID, text: str) -> None:
    """Ask every rule; the first that objects stops the message."""
    for rule in _rules:
        rule(actor, conversation_id, text)
